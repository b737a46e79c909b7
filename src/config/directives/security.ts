import { directive } from '../directive.ts';
import { integer, LONG_MAX } from '../number-types.ts';
import { oneOf, string } from '../scalar-types.ts';

const allowed = oneOf(['no', 'yes', 'local']);
const OPEN = 'anybody who can connect can run every command';

/** Who may do what. */
export const securityDirectives = {
  requirepass: directive(string({ emptyMeansUnset: true }), '', {
    built: true,
    flags: ['sensitive'],
    about: 'Password of the default user.',
  }),
  aclfile: directive(string(), '', {
    built: false,
    flags: ['immutable'],
    about: 'File with the users.',
    missing: OPEN,
  }),
  'acllog-max-len': directive(integer(0, LONG_MAX), '128', { built: false, about: 'Entries that ACL LOG keeps.' }),
  'acl-pubsub-default': directive(oneOf(['allchannels', 'resetchannels']), 'resetchannels', {
    built: false,
    about: 'Channels that new users may use.',
  }),
  'enable-protected-configs': directive(allowed, 'no', {
    built: true,
    flags: ['immutable'],
    about: 'Lets clients (`local`: on this machine) change protected directives.',
  }),
  'enable-debug-command': directive(allowed, 'no', {
    built: true,
    flags: ['immutable'],
    about: 'Lets clients (`local`: on this machine) use DEBUG.',
  }),
  'enable-module-command': directive(allowed, 'no', {
    built: false,
    flags: ['immutable'],
    about: 'Lets clients (`local`: on this machine) use MODULE.',
  }),
};
