/**
 * The numbers of Linux that the transports need, each group under the header that defines it. Where x86-64 and arm64
 * differ it is said; everything else is common to both.
 */

// errno-base.h, errno.h (asm-generic)
export const EINTR = 4;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const ENFILE = 23;
export const EMFILE = 24;
export const ENAMETOOLONG = 36;
export const ECONNABORTED = 103;
export const ENOBUFS = 105;
export const ECANCELED = 125;

// sys/socket.h, asm-generic/socket.h
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_NONBLOCK = 0x800;
export const SOCK_CLOEXEC = 0x80000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_KEEPALIVE = 9;
export const SO_REUSEPORT = 15;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;

// netinet/in.h, netinet/tcp.h
export const IPPROTO_TCP = 6;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;
export const TCP_NODELAY = 1;
export const TCP_KEEPIDLE = 4;
export const TCP_KEEPINTVL = 5;
export const TCP_KEEPCNT = 6;

// sys/eventfd.h
export const EFD_CLOEXEC = 0x80000;
export const EFD_NONBLOCK = 0x800;

// sys/mman.h
export const PROT_READ_WRITE = 3;
export const MAP_SHARED_POPULATE = 0x8001;

// sys/epoll.h
export const EPOLL_CLOEXEC = 0x80000;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLLIN = 1;
export const EPOLLOUT = 4;
export const EPOLLERR = 8;
export const EPOLLHUP = 16;
export const EPOLLRDHUP = 0x2000;
export const EPOLLET = 1 << 31;
/** struct epoll_event is packed on x86-64 only: u32 events, u64 data. Elsewhere data is aligned to 8. */
export const EPOLL_EVENT_WORDS = process.arch === 'x64' ? 3 : 4;
export const EPOLL_DATA_WORD = process.arch === 'x64' ? 1 : 2;

// asm/unistd.h, asm-generic/unistd.h: numbers that x86-64 and arm64 share
export const SYS_IO_URING_SETUP = 425;
export const SYS_IO_URING_ENTER = 426;
export const SYS_IO_URING_REGISTER = 427;

// linux/io_uring.h: io_uring_setup
export const IORING_SETUP_CQSIZE = 1 << 3;
export const IORING_SETUP_CLAMP = 1 << 4;
export const IORING_SETUP_SUBMIT_ALL = 1 << 7;
export const IORING_SETUP_COOP_TASKRUN = 1 << 8;
export const IORING_SETUP_TASKRUN_FLAG = 1 << 9;
export const IORING_SETUP_SINGLE_ISSUER = 1 << 12;
export const IORING_SETUP_DEFER_TASKRUN = 1 << 13;
export const IORING_FEAT_SINGLE_MMAP = 1 << 0;
export const IORING_FEAT_NODROP = 1 << 1;
export const IORING_OFF_SQ_RING = 0;
export const IORING_OFF_SQES = 0x10000000;

/** struct io_uring_params: 120 bytes; indexes of 32-bit words. */
export const PARAMS_BYTES = 120;
export const PARAMS_SQ_ENTRIES = 0;
export const PARAMS_CQ_ENTRIES = 1;
export const PARAMS_FLAGS = 2;
export const PARAMS_FEATURES = 5;
export const PARAMS_SQ_OFF_HEAD = 10;
export const PARAMS_SQ_OFF_TAIL = 11;
export const PARAMS_SQ_OFF_FLAGS = 14;
export const PARAMS_SQ_OFF_ARRAY = 16;
export const PARAMS_CQ_OFF_HEAD = 20;
export const PARAMS_CQ_OFF_TAIL = 21;
export const PARAMS_CQ_OFF_CQES = 25;
export const PARAMS_CQ_OFF_FLAGS = 26;

// linux/io_uring.h: io_uring_enter
export const IORING_ENTER_GETEVENTS = 1;
export const IORING_ENTER_REGISTERED_RING = 1 << 4;

// linux/io_uring.h: io_uring_register
export const IORING_REGISTER_EVENTFD = 4;
export const IORING_REGISTER_RING_FDS = 20;
export const IORING_REGISTER_PBUF_RING = 22;
export const IORING_REGISTER_PBUF_STATUS = 26;

// linux/io_uring.h: struct io_uring_sqe and io_uring_cqe
export const SQE_WORDS = 16;
export const CQE_WORDS = 4;
export const IORING_OP_ACCEPT = 13;
export const IORING_OP_ASYNC_CANCEL = 14;
export const IORING_OP_CLOSE = 19;
export const IORING_OP_SEND = 26;
export const IORING_OP_RECV = 27;
export const IOSQE_BUFFER_SELECT = 1 << 5;
export const IOSQE_CQE_SKIP_SUCCESS = 1 << 6;
export const IORING_ACCEPT_MULTISHOT = 1 << 0;
export const IORING_RECVSEND_POLL_FIRST = 1 << 0;
export const IORING_RECV_MULTISHOT = 1 << 1;
export const IORING_ASYNC_CANCEL_ALL = 1 << 0;
export const IORING_ASYNC_CANCEL_FD = 1 << 1;
export const IORING_CQE_F_BUFFER = 1 << 0;
export const IORING_CQE_F_MORE = 1 << 1;
/** A flag of the submission ring that the kernel sets: it has work to do that waits for us to enter. */
export const IORING_SQ_TASKRUN = 1 << 2;
export const IORING_SQ_CQ_OVERFLOW = 1 << 1;
/** A flag of the completion ring that we set. */
export const IORING_CQ_EVENTFD_DISABLED = 1 << 0;
