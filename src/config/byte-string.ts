/**
 * Configuration is bytes: a password may hold any. Inside `config` text is therefore kept as *byte strings*, JavaScript
 * strings with one character (0–255) a byte. What leaves for the file system, the log or a person is UTF-8 text.
 */

export function textOfByteString(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export function byteStringOfText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
