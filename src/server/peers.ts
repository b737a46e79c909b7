/** An I/O thread's correspondence with the other I/O threads; what passes is in io-messages.ts. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { error } from '../commands/errors.ts';
import type { Envelope, Note, Questions, RelayedCommand, RelayedReply, Topic } from './io-messages.ts';

/** Words from one thread's count of postings to the next one's: a cache line. */
const COUNT_WORDS = 16;
/** A thread that waits for answers looks again this often, should a wake-up be missed. */
const LOOK_AGAIN_MS = 100;
/** Notes to one thread are posted together, at most so many. */
const NOTES_MAX = 256;
/** So many bytes of notes may be on their way to a thread: then it is waited for, or a flood would fill the memory. */
const UNREAD_BYTES_MAX = 4 << 20;
/** What a note takes besides its bytes, about. */
const NOTE_BYTES = 200;
/**
 * A thread that hasn't answered for so long is stuck, or has failed, which this one hears of only when it goes on: thread 0
 * then ends the process.
 */
const ANSWER_MS_MAX = 5000;
const ENDING = error('ERR the server is shutting down');
const NO_ANSWER = error('ERR an I/O thread does not answer; what was asked of it may or may not be done');

/** What a thread does with what it gets. */
export interface PeerHandler {
  onNote(note: Note, from: number): void;
  readonly answers: { readonly [T in Topic]: (asked: Questions[T]['asked'], from: number) => Questions[T]['answer'] };
  /** Runs a command of another thread's client. On thread 0 only. */
  onRelayed(command: RelayedCommand): RelayedReply;
  /** A command is about to wait for other threads, which may need what this one holds. */
  beforeWaiting(): void;
  /** Calls `action` within a batch of its own. */
  inBatch(action: () => void): void;
}

/** Answers that a thread waits for. */
interface Awaited {
  left: number;
  readonly answers: unknown[];
  failure: string | undefined;
}

export class Peers {
  readonly self: number;
  private readonly ports: readonly (MessagePort | undefined)[];
  /** Postings to each thread so far: what a waiting thread sleeps on, and a busy one looks at. */
  private readonly counts: Int32Array;
  private readonly handler: PeerHandler;
  private readonly outboxes: Note[][];
  /** Bytes of notes posted to each thread since it was last heard to have taken all. */
  private readonly unreadBytes: number[];
  private readonly awaited = new Map<number, Awaited>();
  private readonly relayed: { readonly from: number; readonly number: number; readonly command: RelayedCommand }[] = [];
  private seen = 0;
  private lastNumber = 0;
  private hasNotes = false;

  /** @param ports to the other threads, by number  @param postings the plane's */
  constructor(
    self: number,
    ports: readonly (MessagePort | undefined)[],
    postings: SharedArrayBuffer,
    handler: PeerHandler,
  ) {
    this.self = self;
    this.ports = ports;
    this.counts = new Int32Array(postings);
    this.handler = handler;
    this.outboxes = ports.map(() => []);
    this.unreadBytes = ports.map(() => 0);
    ports.forEach((port, from) => {
      port?.on('message', (envelope: Envelope) =>
        this.handler.inBatch(() => {
          this.take(envelope, from);
          this.betweenCommands();
        }),
      );
    });
  }

  /** Threads but this one. */
  get others(): number {
    return this.ports.length - 1;
  }

  /** Posts a note with the next lot: at the latest before any client hears of the command that it is about. */
  tell(thread: number, note: Note): void {
    this.outboxes[thread].push(note);
    this.unreadBytes[thread] += NOTE_BYTES + (note.kind === 'published' ? note.message.body.length : 0);
    this.hasNotes = true;
    if (this.outboxes[thread].length >= NOTES_MAX) this.post();
  }

  /** `tell` to every other thread. */
  tellAll(note: Note): void {
    this.ports.forEach((port, thread) => {
      if (port !== undefined) this.tell(thread, note);
    });
  }

  /** `tell` to other threads. @param threads a bit each */
  tellSome(threads: number, note: Note): void {
    for (let left = threads & ~(1 << this.self); left !== 0; left &= left - 1) {
      this.tell(31 - Math.clz32(left & -left), note);
    }
  }

  /** Posts the notes that have gathered. */
  post(): void {
    if (!this.hasNotes) return;
    this.hasNotes = false;
    for (let thread = 0; thread < this.outboxes.length; thread++) {
      if (this.outboxes[thread].length > 0) this.send(thread, { notes: this.outboxes[thread].splice(0) });
      if (this.unreadBytes[thread] > UNREAD_BYTES_MAX) this.waitFor(thread);
    }
  }

  /** Asks all other threads and waits until each has answered. @throws Error if one of them failed to, CommandError if none comes */
  ask<T extends Topic>(topic: T, asked: Questions[T]['asked']): Questions[T]['answer'][] {
    if (this.others === 0) return [];
    this.handler.beforeWaiting();
    const others = this.ports.flatMap((port, thread) => (port === undefined ? [] : [thread]));
    return this.request(others, (question) => ({ question, topic, asked })) as Questions[T]['answer'][];
  }

  /** `ask` where there is no command to refuse: no answers if none come. */
  askIfThere<T extends Topic>(topic: T, asked: Questions[T]['asked']): Questions[T]['answer'][] {
    try {
      return this.ask(topic, asked);
    } catch (thrown) {
      if (thrown === ENDING || thrown === NO_ANSWER) return [];
      throw thrown;
    }
  }

  /** Has thread 0 run a command, and waits for the reply. */
  relay(command: RelayedCommand): RelayedReply {
    this.handler.beforeWaiting();
    return this.request([0], (number) => ({ relayed: number, command }))[0] as RelayedReply;
  }

  /** Takes in what has come, if anything has. No command may be running. */
  betweenCommands(): void {
    if (this.counts[this.self * COUNT_WORDS] !== this.seen) this.takeAll();
    for (let next = this.relayed.shift(); next !== undefined; next = this.relayed.shift()) {
      const { from, number, command } = next;
      this.answer(from, number, () => this.handler.onRelayed(command));
    }
    this.post();
  }

  /** Takes in what other threads have posted so far, also while a command runs. */
  takeAll(): void {
    this.seen = Atomics.load(this.counts, this.self * COUNT_WORDS);
    for (let from = 0; from < this.ports.length; from++) {
      const port = this.ports[from];
      if (port === undefined) continue;
      for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
        this.take(got.message as Envelope, from);
      }
    }
  }

  /** On thread 0, which is about to end the others: nobody waits for an answer any more. */
  end(): void {
    Atomics.store(this.counts, this.endingWord, 1);
    for (let thread = 0; thread < this.ports.length; thread++) Atomics.notify(this.counts, thread * COUNT_WORDS);
  }

  close(): void {
    for (const port of this.ports) port?.close();
  }

  private request(threads: readonly number[], envelope: (number: number) => Envelope): unknown[] {
    // What was noted before the question was asked before it.
    this.post();
    const number = ++this.lastNumber;
    const awaited: Awaited = { left: threads.length, answers: [], failure: undefined };
    this.awaited.set(number, awaited);
    for (const thread of threads) this.send(thread, envelope(number));
    const word = this.self * COUNT_WORDS;
    const deadlineMs = performance.now() + ANSWER_MS_MAX;
    try {
      for (;;) {
        const count = Atomics.load(this.counts, word);
        this.takeAll();
        if (awaited.left === 0) break;
        if (Atomics.load(this.counts, this.endingWord) !== 0) throw ENDING;
        if (performance.now() > deadlineMs) throw NO_ANSWER;
        Atomics.wait(this.counts, word, count, LOOK_AGAIN_MS);
      }
    } finally {
      this.awaited.delete(number);
    }
    if (awaited.failure !== undefined) throw new Error(awaited.failure);
    return awaited.answers;
  }

  /** Waits until a thread has taken in all that it was posted. */
  private waitFor(thread: number): void {
    this.unreadBytes[thread] = 0;
    try {
      this.request([thread], (question) => ({ question, topic: 'caught-up', asked: undefined }));
    } catch (thrown) {
      // What was posted is not lost by that.
      if (thrown !== ENDING && thrown !== NO_ANSWER) throw thrown;
    }
  }

  /** Behind the counts. */
  private get endingWord(): number {
    return this.ports.length * COUNT_WORDS;
  }

  private take(envelope: Envelope, from: number): void {
    if ('notes' in envelope) {
      for (const note of envelope.notes) this.handler.onNote(note, from);
    } else if ('question' in envelope) {
      const { topic, asked, question } = envelope;
      const reply = this.handler.answers[topic] as (asked: unknown, from: number) => unknown;
      this.answer(from, question, () => reply(asked, from));
    } else if ('relayed' in envelope) {
      this.relayed.push({ from, number: envelope.relayed, command: envelope.command });
    } else {
      const awaited = this.awaited.get(envelope.answered);
      if (awaited === undefined) return;
      awaited.left--;
      awaited.answers.push(envelope.answer);
      awaited.failure ??= envelope.failure;
    }
  }

  private answer(to: number, answered: number, reply: () => unknown): void {
    let answer: unknown;
    let failure: string | undefined;
    try {
      answer = reply();
    } catch (error) {
      failure = `I/O thread ${this.self}: ${error instanceof Error ? error.stack : error}`;
    }
    this.post();
    this.send(to, { answered, answer, failure });
  }

  private send(to: number, envelope: Envelope): void {
    this.ports[to]?.postMessage(envelope);
    const word = to * COUNT_WORDS;
    Atomics.add(this.counts, word, 1);
    Atomics.notify(this.counts, word);
  }
}
