/** Austin's binary output (MOJO, versions 1 to 3), as far as the benchmark needs it: how many samples it holds. */

const event = {
  metadata: 1,
  stack: 2,
  frame: 3,
  invalidFrame: 4,
  frameReference: 5,
  kernelFrame: 6,
  collector: 7,
  idle: 8,
  time: 9,
  memory: 10,
  string: 11,
  stringReference: 12,
};

/**
 * Number of stacks, one for each thread and moment.
 * @param {Uint8Array} data
 * @throws {Error} where it is no such file; a file that ends early counts up to there
 */
export function countMojoStacks(data) {
  let at = 0;
  const integer = () => {
    let byte = data[at++] ?? 0;
    let value = byte & 0x3f;
    for (let weight = 64; byte & 0x80 && at < data.length; weight *= 128) {
      byte = data[at++] ?? 0;
      value += (byte & 0x7f) * weight;
    }
    return value;
  };
  const text = () => {
    const end = data.indexOf(0, at);
    at = end < 0 ? data.length : end + 1;
  };
  if (data[0] !== 0x4d || data[1] !== 0x4f || data[2] !== 0x4a) throw new Error('this is no MOJO file');
  at = 3;
  const version = integer();
  if (version < 1 || version > 3) throw new Error(`this is MOJO version ${version}, not 1 to 3`);
  let stacks = 0;
  while (at < data.length) {
    switch (data[at++]) {
      case event.metadata:
        text();
        text();
        break;
      case event.stack:
        integer();
        // The interpreter's number came with version 3.
        if (version >= 3) integer();
        text();
        stacks++;
        break;
      case event.frame:
        // Key, file, scope, line; from version 2 on the end of the line and the columns as well.
        for (let field = 0; field < (version >= 2 ? 7 : 4); field++) integer();
        break;
      case event.frameReference:
      case event.time:
      case event.memory:
      case event.stringReference:
        integer();
        break;
      case event.kernelFrame:
        text();
        break;
      case event.string:
        integer();
        text();
        break;
      case event.invalidFrame:
      case event.collector:
      case event.idle:
        break;
      default:
        throw new Error(`MOJO event ${data[at - 1]} at byte ${at - 1} is not known`);
    }
  }
  return stacks;
}
