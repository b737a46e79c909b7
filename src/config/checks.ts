/** Checks of single values. Each returns the reason for which a value is refused, in Redis' words. */
type Check<T> = (value: T) => string | undefined;

/** Files of persistence lie in `dir` itself. */
export function checkFileName(directive: string, kind: 'filename' | 'dirname'): Check<string> {
  return (name) => {
    if (name === '') return `${directive} can't be empty`;
    return /[/\\]/.test(name) ? `${directive} can't be a path, just a ${kind}` : undefined;
  };
}

export function checkPowerOfTwo(directive: string): Check<number> {
  return (value) => (Number.isInteger(Math.log2(value)) ? undefined : `${directive} must be a power of two`);
}

const HOSTNAME_BYTES = 256;

export const checkHostname: Check<string> = (name) => {
  if (name.length >= HOSTNAME_BYTES) return `Hostnames must be less than ${HOSTNAME_BYTES} characters`;
  return /^[A-Za-z0-9.-]*$/.test(name)
    ? undefined
    : 'Hostnames may only contain alphanumeric characters, hyphens or dots';
};

export const checkNodeName: Check<string> = (name) => {
  return /^[^\s!#$%&()*+:;<>?@[\]^{|}~]*$/.test(name)
    ? undefined
    : 'Announced human node name contained invalid character';
};

const TITLE_VARIABLES = ['title', 'listen-addr', 'config-file', 'port', 'tls-port', 'server-mode', 'unixsocket'];

/** `{variable}` must be one of the known ones, `{{` is a brace, and something must be left to show. */
export const checkTitleTemplate: Check<string> = (template) => {
  const bare = template.replaceAll('{{', '');
  const variables = [...bare.matchAll(/\{([^}]*)(\}?)/g)];
  const known = variables.every(([, name, end]) => end === '}' && TITLE_VARIABLES.includes(name));
  return known && template.trim() !== '' ? undefined : 'template format is invalid or contains unknown variables';
};

export const checkPeerNames: Check<string> = (names) => {
  const advice = 'use an empty string to disable it';
  if (/[\t\n\v\f\r]/.test(names)) {
    return `tls-expected-peer-name must not contain whitespace other than spaces separating names; ${advice}`;
  }
  return names !== '' && names.trim() === '' ? `tls-expected-peer-name contains no usable name; ${advice}` : undefined;
};
