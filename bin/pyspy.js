#!/bin/sh
':' /*
# A shell comes first: Node resets what was ignored (nohup) and raises the limit of open files when it starts
# (src/node.cc, PlatformInit), so that nothing after it could know. To Node, this is a comment.
command -v node >/dev/null || {
  echo 'pyspy: it needs Node 20.19 or newer, and there is no "node" on the PATH' >&2
  echo 'hint: Install it, or add its folder to PATH; under sudo: sudo env "PATH=$PATH" pyspy …' >&2
  exit 78
}
_pyspy_ignored=- _pyspy_files=- _pyspy_environ=-
while read -r _pyspy_a _pyspy_b; do
  case $_pyspy_a in SigIgn:) _pyspy_ignored=$_pyspy_b; break ;; esac
done 2>/dev/null </proc/$$/status
while read -r _pyspy_a _pyspy_b _pyspy_c _pyspy_d _pyspy_e; do
  case "$_pyspy_a $_pyspy_b $_pyspy_c" in 'Max open files') _pyspy_files=$_pyspy_d; break ;; esac
done 2>/dev/null </proc/$$/limits
# What a program is started with: a shell adds variables of its own and drops those with names that it could not write.
case " $* " in
  *' -- '*) _pyspy_environ=$(base64 -w 0 /proc/$$/environ 2>/dev/null) ;;
esac
# The kernel takes no longer text than 128 KiB as one variable (MAX_ARG_STRLEN).
[ ${#_pyspy_environ} -lt 130000 ] || _pyspy_environ=-
export PYSPY_CALLER="$$ $_pyspy_ignored $_pyspy_files ${_pyspy_environ:--}"
# Each thread of V8 keeps memory of its own (glibc's arenas): one is enough for what is compiled here, and takes 8 MB less.
exec node --v8-pool-size=1 "$0" "$@"
*/;
// Words that every Node understands: an old one is to say so, and not to stumble over what it does not know.
if (Number(process.versions.node.split('.')[0]) < 20) {
  process.stderr.write(
    'pyspy: it needs Node 20.19 or newer, and this is ' +
      process.version +
      '\nhint: Run it with a newer one (' +
      process.execPath +
      ' is the one that ran it).\n',
  );
  process.exit(78);
}
const { load } = require('../dist/bundle/load.cjs');

let isDone = false;
// Nothing is left to wait for, and yet the command has not come to its end: that is no success.
process.on('beforeExit', () => {
  // Not by itself: then Node runs what native modules leave to be done at the end (src/ending.ts).
  if (isDone) process.exit();
  process.stderr.write(
    'pyspy: internal error: it stopped before it was done\nhint: Please report it.\n',
  );
  process.exit(70);
});
load('cli')
  .main(process.argv)
  .then(() => {
    isDone = true;
  });
