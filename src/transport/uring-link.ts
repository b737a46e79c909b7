import type { Region } from '../base/region.ts';
import { LinuxLink, type LinuxLinkHost } from './linux-link.ts';
import type { Landing } from './transport.ts';

/** What a link on the ring needs of its transport. */
export interface UringLinkHost extends LinuxLinkHost {
  /** The receive under way is to end. */
  linkPaused(link: UringLink): void;
}

/** An accepted connection on the ring. */
export class UringLink extends LinuxLink<UringLinkHost> {
  /** A receive is under way. */
  receiving = false;
  /** It is into memory of the server's, which must outlast it, and only one of its kind. */
  landingAt: Landing | undefined;
  /** It is to end, so that the next one is into memory of the server's. */
  turning = false;
  /** Large arguments come in: one is likely to follow another. */
  lands = false;
  /** A send is under way: it reads from the first chunk, and may do so until its completion. */
  sending = false;
  /** Operations are being cancelled; the descriptor is closed when the last has ended. */
  doomed = false;

  send(region: Region, from: number, to: number): void {
    if (this.closed || from === to) return;
    this.output.push(region, from, to);
    if (!this.sending) this.markDirty();
  }

  sendOwned(region: Region, from: number, to: number): void {
    if (this.closed || from === to) return;
    this.output.pushOwned(region, from, to);
    if (!this.sending) this.markDirty();
  }

  override pause(): void {
    if (this.closed || this.paused) return;
    super.pause();
    this.host.linkPaused(this);
  }
}
