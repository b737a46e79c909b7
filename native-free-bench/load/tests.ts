/** The tests that run when no command is named: redis-benchmark's list, in its order and with its titles. */
export interface LoadTest {
  readonly title: string;
  /** What `-t` selects it by. */
  readonly names: readonly string[];
  /** A command's arguments, or a line sent as it is (the inline protocol). */
  readonly command: readonly string[] | { readonly inline: string };
}

/** @param random whether `-r` was given: then ZADD's scores are random too */
export function defaultTests(payload: string, random: boolean): LoadTest[] {
  const key = 'key:__rand_int__';
  const element = 'element:__rand_int__';
  const test = (title: string, name: string, ...command: string[]): LoadTest => ({ title, names: [name], command });
  const lrange = (length: number): LoadTest => ({
    title: `LRANGE_${length} (first ${length} elements)`,
    names: ['lrange', `lrange_${length}`],
    command: ['LRANGE', 'mylist', '0', String(length - 1)],
  });
  return [
    { title: 'PING_INLINE', names: ['ping', 'ping_inline'], command: { inline: 'PING\r\n' } },
    { title: 'PING_MBULK', names: ['ping', 'ping_mbulk'], command: ['PING'] },
    test('SET', 'set', 'SET', key, payload),
    test('GET', 'get', 'GET', key),
    test('INCR', 'incr', 'INCR', 'counter:__rand_int__'),
    test('LPUSH', 'lpush', 'LPUSH', 'mylist', payload),
    test('RPUSH', 'rpush', 'RPUSH', 'mylist', payload),
    test('LPOP', 'lpop', 'LPOP', 'mylist'),
    test('RPOP', 'rpop', 'RPOP', 'mylist'),
    test('SADD', 'sadd', 'SADD', 'myset', element),
    test('HSET', 'hset', 'HSET', 'myhash', element, payload),
    test('SPOP', 'spop', 'SPOP', 'myset'),
    test('ZADD', 'zadd', 'ZADD', 'myzset', random ? '__rand_int__' : '0', element),
    test('ZPOPMIN', 'zpopmin', 'ZPOPMIN', 'myzset'),
    {
      title: 'LPUSH (needed to benchmark LRANGE)',
      names: ['lrange', 'lrange_100', 'lrange_300', 'lrange_500', 'lrange_600'],
      command: ['LPUSH', 'mylist', payload],
    },
    lrange(100),
    lrange(300),
    lrange(500),
    lrange(600),
    test('MSET (10 keys)', 'mset', 'MSET', ...Array.from({ length: 10 }, () => [key, payload]).flat()),
  ];
}
