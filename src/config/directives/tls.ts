import { checkPeerNames } from '../checks.ts';
import { directive } from '../directive.ts';
import { INT_MAX, integer } from '../number-types.ts';
import { bool, oneOf, string } from '../scalar-types.ts';

const file = string({ emptyMeansUnset: true, description: 'path' });
const unsettable = string({ emptyMeansUnset: true });

/** Encrypted connections. */
export const tlsDirectives = {
  'tls-port': directive(integer(0, 65535), '0', {
    built: false,
    about: 'Port for TLS. 0: none.',
    missing: 'the server does not listen on it',
  }),
  'tls-cert-file': directive(file, '', { built: false, about: 'Certificate of the server.' }),
  'tls-key-file': directive(file, '', { built: false, about: 'Private key of the server.' }),
  'tls-key-file-pass': directive(unsettable, '', {
    built: false,
    flags: ['sensitive'],
    about: 'Passphrase of the private key.',
  }),
  'tls-client-cert-file': directive(file, '', { built: false, about: 'Certificate for connections to other servers.' }),
  'tls-client-key-file': directive(file, '', { built: false, about: 'Private key for connections to other servers.' }),
  'tls-client-key-file-pass': directive(unsettable, '', {
    built: false,
    flags: ['sensitive'],
    about: 'Passphrase of that key.',
  }),
  'tls-dh-params-file': directive(file, '', { built: false, about: 'Diffie-Hellman parameters.' }),
  'tls-ca-cert-file': directive(file, '', { built: false, about: 'Certificates of the authorities that are trusted.' }),
  'tls-ca-cert-dir': directive(file, '', { built: false, about: 'Directory of such certificates.' }),
  'tls-auth-clients': directive(oneOf(['no', 'yes', 'optional']), 'yes', {
    built: false,
    about: 'Whether clients must show a certificate.',
  }),
  'tls-auth-clients-user': directive(oneOf(['off', 'CN']), 'off', {
    built: false,
    about: 'Field of the certificate that names the user.',
  }),
  'tls-expected-peer-name': directive(string({ emptyMeansUnset: true, check: checkPeerNames }), '', {
    built: false,
    about: 'Names of which other servers must show one in their certificate.',
  }),
  'tls-replication': directive(bool, 'no', { built: false, about: 'Encrypts replication.' }),
  'tls-cluster': directive(bool, 'no', { built: false, about: 'Encrypts the cluster bus.' }),
  'tls-protocols': directive(unsettable, '', { built: false, about: 'Versions of TLS that are spoken.' }),
  'tls-ciphers': directive(unsettable, '', { built: false, about: 'Ciphers up to TLS 1.2.' }),
  'tls-ciphersuites': directive(unsettable, '', { built: false, about: 'Cipher suites of TLS 1.3.' }),
  'tls-prefer-server-ciphers': directive(bool, 'no', { built: false, about: "Prefers the server's order of ciphers." }),
  'tls-session-caching': directive(bool, 'yes', { built: false, about: 'Lets clients resume sessions.' }),
  'tls-session-cache-size': directive(integer(0, INT_MAX), '20480', { built: false, about: 'Sessions remembered.' }),
  'tls-session-cache-timeout': directive(integer(0, INT_MAX), '300', {
    built: false,
    about: 'Seconds for which a session can be resumed.',
  }),
  'max-new-tls-connections-per-cycle': directive(integer(1, 1000), '1', {
    built: false,
    about: 'TLS connections accepted in one turn of the event loop.',
  }),
};
