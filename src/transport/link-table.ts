import type { LinuxLink } from './linux-link.ts';

/** Links by place. Places are used again, so what names a place also names the link's id. */
export class LinkTable<L extends LinuxLink> {
  private readonly links: (L | undefined)[] = [];
  private readonly freePlaces: number[] = [];
  private used = 0;

  get count(): number {
    return this.used;
  }

  /** A place for a link that is about to be made. */
  takePlace(): number {
    return this.freePlaces.pop() ?? this.links.push(undefined) - 1;
  }

  put(link: L): void {
    this.links[link.place] = link;
    this.used++;
  }

  /** The link at `place` if it is the one with this id. */
  find(place: number, id: number): L | undefined {
    const link = this.links[place];
    return link !== undefined && link.id === id ? link : undefined;
  }

  remove(link: L): void {
    this.links[link.place] = undefined;
    this.freePlaces.push(link.place);
    this.used--;
  }

  *[Symbol.iterator](): IterableIterator<L> {
    for (const link of this.links) if (link !== undefined) yield link;
  }
}
