/** Whose code a file is, told by its path: of every system, whichever this runs on. */
import { describe, expect, test } from 'vitest';
import { codeOrigin, findInterpreters } from '../../../src/replay/names/code-origin.js';

const nobody = findInterpreters([]);
const debian = findInterpreters([
  {
    executable: '/usr/bin/python3.11',
    command: ['/srv/shop/.venv/bin/python', '/srv/shop/.venv/bin/gunicorn'],
  },
]);

describe('the standard library', () => {
  test.each([
    // pyenv, Debian, Fedora, a virtual environment's base, uv, Nix, a container's.
    '/home/u/.pyenv/versions/3.12.1/lib/python3.12/json/decoder.py',
    '/usr/lib/python3.11/threading.py',
    '/usr/lib64/python3.9/socketserver.py',
    '/home/u/.local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu/lib/python3.13t/queue.py',
    '/nix/store/abc-python3-3.12.7/lib/python3.12/selectors.py',
    '/usr/local/lib/python3.12/asyncio/base_events.py',
    '/usr/lib/python2.7/SocketServer.py',
    '/var/lang/lib/python3.12/logging/__init__.py',
    // conda, and an environment of it.
    '/opt/conda/lib/python3.11/concurrent/futures/thread.py',
    '/home/u/miniconda3/envs/ml/lib/python3.11/pickle.py',
    // macOS: python.org, Homebrew, Xcode.
    '/Library/Frameworks/Python.framework/Versions/3.12/lib/python3.12/ssl.py',
    '/opt/homebrew/Cellar/python@3.12/3.12.1/Frameworks/Python.framework/Versions/3.12/lib/python3.12/re/_parser.py',
    '/Applications/Xcode.app/Contents/Developer/Library/Frameworks/Python3.framework/Versions/3.9/lib/python3.9/os.py',
    // Windows: python.org for one user and for all, the store, NuGet, conda, pyenv-win, uv.
    'C:\\Users\\me\\AppData\\Local\\Programs\\Python\\Python312\\Lib\\json\\decoder.py',
    'C:\\Python39-32\\lib\\threading.py',
    'C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.12_3.12.752.0_x64__qbz5n2kfra8p0\\Lib\\queue.py',
    'C:\\tools\\python.3.12.1\\tools\\Lib\\queue.py',
    'C:\\ProgramData\\Anaconda3\\Lib\\pickle.py',
    'C:\\Users\\me\\miniconda3\\envs\\ml\\Lib\\pickle.py',
    'C:\\Users\\me\\.pyenv\\pyenv-win\\versions\\3.11.7\\Lib\\os.py',
    'C:\\Users\\me\\AppData\\Roaming\\uv\\python\\cpython-3.12.1-windows-x86_64-none\\Lib\\os.py',
    // Zipped, frozen, PyPy.
    '/x/lib/python312.zip/json/decoder.py',
    'C:\\app\\python312.zip\\json\\decoder.pyc',
    '<frozen importlib._bootstrap>',
    '<frozen runpy>',
    '/opt/pypy3.10-v7.3.13-linux64/lib/pypy3.10/json/decoder.py',
  ])('%s', (file) => {
    expect(codeOrigin(file, nobody)).toBe('standard');
  });

  test('is beside an interpreter that the trace names', () => {
    const built = findInterpreters([{ executable: '/home/u/cpython/python', command: ['./python', 'x.py'] }]);
    expect(codeOrigin('/home/u/cpython/Lib/json/decoder.py', built)).toBe('standard');
    expect(codeOrigin('/home/u/cpython/Lib/json/decoder.py', nobody)).toBe('own');
    const embedded = findInterpreters([{ executable: 'D:\\Maya\\bin\\mayapy.exe', command: [] }]);
    expect(codeOrigin('d:\\maya\\bin\\LIB\\json\\decoder.py', embedded)).toBe('standard');
  });
});

describe('libraries', () => {
  test.each([
    '/usr/lib/python3/dist-packages/apt/__init__.py',
    '/usr/local/lib/python3.12/dist-packages/numpy/core/numeric.py',
    '/srv/shop/.venv/lib/python3.11/site-packages/django/db/models/query.py',
    '/opt/conda/lib/python3.11/site-packages/pandas/core/frame.py',
    '/home/u/.local/lib/python3.12/site-packages/requests/api.py',
    '/Users/u/Library/Python/3.12/lib/python/site-packages/flask/app.py',
    'C:\\shop\\.venv\\Lib\\site-packages\\django\\db\\models\\query.py',
    'c:/users/me/miniconda3/envs/ml/lib/SITE-PACKAGES/pandas/core/frame.py',
    'site-packages/click/core.py',
    '/srv/x/eggs/zope.interface-5.0-py3.8.egg/zope/interface/declarations.py',
    '/home/u/.pex/installed_wheels/0f/attrs-23.1.0-py3-none-any.whl/attr/_make.py',
    '/srv/shop/__pypackages__/3.12/lib/httpx/_client.py',
    // Commands that pip or a package manager made.
    '/srv/shop/.venv/bin/gunicorn',
    '/usr/bin/gunicorn',
    '/usr/local/bin/celery',
    '/home/u/.local/bin/jupyter-lab',
    // What libraries generate.
    '<string>',
    '<attrs generated init shop.Cart>',
    '<__array_function__ internals>',
    '<decorator-gen-12>',
  ])('%s', (file) => {
    expect(codeOrigin(file, debian)).toBe('library');
  });
});

describe("one's own code", () => {
  test.each([
    '/srv/shop/shop/cart.py',
    '/srv/shop/lib/cart.py',
    '/srv/shop/bin/run.py',
    '/srv/shop/bin/run',
    '/usr/local/bin/nightly.py',
    '/home/u/library/python/app.py',
    '/tmp/ipykernel_123/345.py',
    'app.py',
    './shop/cart.py',
    'C:\\shop\\lib\\cart.py',
    'C:\\Users\\me\\shop\\Lib\\cart.py',
    'shop\\cart.py',
    '\\\\server\\share\\shop\\cart.py',
    '<stdin>',
    '<console>',
    '<ipython-input-3-0f1e2d>',
    '<doctest shop.cart[0]>',
  ])('%s', (file) => {
    expect(codeOrigin(file, debian)).toBe('own');
  });

  test('is what was given with -c, but not how multiprocessing starts a worker', () => {
    const of = (...command: string[]) => findInterpreters([{ executable: '/usr/bin/python3', command }]);
    expect(codeOrigin('<string>', of('python3', '-c', 'import shop; shop.run()'))).toBe('own');
    const worker = [
      '-c',
      'from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)',
    ];
    expect(codeOrigin('<string>', of('python3', ...worker))).toBe('library');
    expect(codeOrigin('<string>', of('python3', 'app.py'))).toBe('library');
  });
});

describe('what has no file, or that of native code, is nobody’s', () => {
  test.each([
    '',
    // Shared libraries and extension modules, with paths and without, also within packages and one's own folders.
    'libc.so.6',
    'libc-2.31.so',
    '/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0',
    '/srv/shop/shop/_speed.cpython-312-x86_64-linux-gnu.so',
    '/srv/shop/.venv/lib/python3.11/site-packages/numpy/core/_multiarray.so',
    '/usr/lib/libz.so.1.2.13 (deleted)',
    '/usr/lib/libSystem.B.dylib',
    'C:\\Windows\\System32\\ntdll.dll',
    'C:\\shop\\_SPEED.PYD',
    'C:\\Python312\\python.exe',
    // Kernels: of perf, of Austin.
    '[kernel.kallsyms]',
    '[kernel.kallsyms]_stext',
    '[guest.kernel.kallsyms]',
    '[nf_tables]',
    '[k]',
    'kernel',
    '/usr/lib/debug/boot/vmlinux-6.1.0-18-amd64',
    '/lib/modules/6.1.0/kernel/fs/ext4/ext4.ko.xz',
    // Memory without a file, or of code that was made while it ran.
    '[vdso]',
    '[unknown]',
    '[JIT] tid 1234',
    '//anon',
    'anon_inode:[perf_event]',
    '/memfd:doublemapper (deleted)',
    '/tmp/perf-1234.map',
    // Interpreters.
    'python3.12',
    '/usr/bin/python3.11',
    '/opt/python/python3.13t',
  ])('%s', (file) => {
    expect(codeOrigin(file, debian)).toBe('none');
  });

  test.each([
    '[tools]/app.py',
    'shop.so.py',
    'kernel.py',
    '/srv/kernel/app.py',
    'python3.12/app.py',
    'sort.sorted',
  ])('but %s is', (file) => {
    expect(codeOrigin(file, debian)).toBe('own');
  });
});
