/** The systems that a single executable can be made for. */

/**
 * @typedef {object} Target
 * @property {number} machine e_machine of ELF (elf.h)
 * @property {string} koffi its native part in node_modules/
 * @property {string} wheel the architecture in the name of a wheel
 */

/** @type {Readonly<Record<string, Target>>} */
const targets = {
  'linux-x64': { machine: 62, koffi: '@koromix/koffi-linux-x64/linux_x64/koffi.node', wheel: 'x86_64' },
  'linux-arm64': {
    machine: 183,
    koffi: '@koromix/koffi-linux-arm64/linux_arm64/koffi.node',
    wheel: 'aarch64',
  },
};

/** @param {string} name @throws {Error} if there is none */
export function targetCalled(name) {
  const target = targets[name];
  if (target === undefined)
    throw new Error(`no target ${name}; there are ${Object.keys(targets).join(', ')}`);
  return target;
}
