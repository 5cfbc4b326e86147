/*
 * Functions of C++, and one with a name as rustc writes it, that wait in the kernel for ever. Like native.c it needs no library.
 */
#define KEPT __attribute__((noinline, noclone, used))

#ifdef __x86_64__
/* poll(0, 0, -1) */
static inline __attribute__((always_inline)) long wait_for_nothing() {
  long result = 7;
  __asm__ volatile("syscall" : "+a"(result) : "D"(0), "S"(0), "d"(-1) : "rcx", "r11", "memory");
  return result;
}
#else
static inline long wait_for_nothing() { return 0; }
#endif

volatile long sink;

namespace shop {
namespace {
struct Shelf {
  KEPT long take(const char *) const { return sink += wait_for_nothing(); }
};
}  // namespace

template <class T, int N> struct Cart {
  template <class... More> KEPT long add(T first, More... more) {
    sink += Shelf().take("") + sizeof...(more);
    return first;
  }
  KEPT long operator+=(T item) {
    auto later = [item](long twice) KEPT { return sink += Cart().add(item, twice, 'x'); };
    return later(2) + sink;
  }
};
}  // namespace shop

extern "C" long rust_add(long) __asm__("_RNvMs_NtCs1234_4shop4cartINtB4_4CarthE3add");
extern "C" KEPT long rust_add(long item) { return sink += wait_for_nothing() + item; }

extern "C" KEPT long cpp() { return sink += shop::Cart<long, 3>() += 1; }
extern "C" KEPT long rust() { return sink += rust_add(1); }
