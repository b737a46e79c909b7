/** What can happen to a key, as keyspace notifications name it. The class letters are those of notify-keyspace-events. */
export interface KeyEvent {
  readonly class: string;
  readonly name: string;
}

const event = (letter: string, name: string): KeyEvent => ({ class: letter, name });

/** Makes the event of a type's family; call once a module, not once a command run. */
export const stringEvent = (name: string): KeyEvent => event('$', name);
export const listEvent = (name: string): KeyEvent => event('l', name);
export const setEvent = (name: string): KeyEvent => event('s', name);
export const hashEvent = (name: string): KeyEvent => event('h', name);
export const sortedSetEvent = (name: string): KeyEvent => event('z', name);
export const streamEvent = (name: string): KeyEvent => event('t', name);
export const arrayEvent = (name: string): KeyEvent => event('a', name);
export const genericEvent = (name: string): KeyEvent => event('g', name);

export const DEL = genericEvent('del');
export const EXPIRE = genericEvent('expire');
export const PERSIST = genericEvent('persist');
export const RENAME_FROM = genericEvent('rename_from');
export const RENAME_TO = genericEvent('rename_to');
export const EXPIRED = event('x', 'expired');
/** Fields of a hash have gone because their time was over. */
export const HEXPIRED = hashEvent('hexpired');
export const EVICTED = event('e', 'evicted');
export const NEW = event('n', 'new');
/** The value of a key was replaced as a whole. */
export const OVERWRITTEN = event('o', 'overwritten');
/** … by one of another type. */
export const TYPE_CHANGED = event('c', 'type_changed');
/** A command wanted to read a key that is not there. */
export const KEY_MISS = event('m', 'keymiss');
/** A change that notifications say nothing of: no setting names its class. */
export const UNANNOUNCED = event('-', '');
