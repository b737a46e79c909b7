/** A client that sends one command, over and over, until standard input ends; prints how many times it was answered. */
import { Connection } from '../client/connection.ts';

const [port, , ...command] = process.argv.slice(2);
const connection = await Connection.open({ host: '127.0.0.1', port: Number(port) });
let isAsked = true;
process.stdin.on('end', () => {
  isAsked = false;
});
process.stdin.resume();
let answered = 0;
while (isAsked) {
  await connection.drain(...command);
  answered++;
}
connection.close();
console.log(JSON.stringify({ answered }));
