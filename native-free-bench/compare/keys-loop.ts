/** A client that asks for all keys, over and over, until standard input ends; prints how many times it was answered. */
import { Connection } from '../client/connection.ts';

const connection = await Connection.open({ host: '127.0.0.1', port: Number(process.argv[2]) });
let isAsked = true;
process.stdin.on('end', () => {
  isAsked = false;
});
process.stdin.resume();
let answered = 0;
while (isAsked) {
  await connection.drain('KEYS', '*');
  answered++;
}
connection.close();
console.log(JSON.stringify({ answered }));
