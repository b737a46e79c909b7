import type { Region } from '../base/region.ts';
import { LinuxLink, type LinuxLinkHost } from './linux-link.ts';
import { replyBuffers } from './reply-buffers.ts';

/** What a link in an epoll set needs of its transport. */
export interface EpollLinkHost extends LinuxLinkHost {
  /** Counts rounds. */
  readonly roundNumber: number;
  /** send(2): returns how many bytes the kernel took, 0 also if the connection is broken. */
  sendNow(link: EpollLink, region: Region, from: number, to: number): number;
}

/** An accepted connection in the epoll set. */
export class EpollLink extends LinuxLink<EpollLinkHost> {
  /** The transport will read again without having been told to by epoll. */
  readAgain = false;
  private sentInRound = -1;

  send(region: Region, from: number, to: number): void {
    if (this.closed || from === to) return;
    const sent = this.tryNow(region, from, to);
    if (from + sent < to && !this.closed) this.output.push(region, from + sent, to);
  }

  sendOwned(region: Region, from: number, to: number): void {
    if (this.closed || from === to) return;
    const sent = this.tryNow(region, from, to);
    if (from + sent === to) replyBuffers.giveBack(region);
    else if (!this.closed) this.output.pushOwned(region, from + sent, to);
  }

  /** Sends what waits, as far as the kernel takes it. Returns whether nothing waits any more. */
  flush(): boolean {
    const { output } = this;
    for (let chunk = output.head; chunk !== null; chunk = output.head) {
      const bytes = chunk.to - chunk.from;
      const sent = this.host.sendNow(this, chunk.region, chunk.from, chunk.to);
      if (sent > 0) output.taken(sent);
      if (sent < bytes) return false;
    }
    return true;
  }

  /**
   * The first reply of a round goes out at once, from where it lies; if there are more they go together when the round
   * ends. Returns how many bytes were sent.
   */
  private tryNow(region: Region, from: number, to: number): number {
    if (this.output.head !== null) return 0;
    if (this.sentInRound !== this.host.roundNumber) {
      this.sentInRound = this.host.roundNumber;
      return this.host.sendNow(this, region, from, to);
    }
    this.markDirty();
    return 0;
  }
}
