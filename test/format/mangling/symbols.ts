/** Symbols that compilers made (g++ 12 of libstdc++, numpy, scipy and a program; rustc 1.95 and 1.97), and what `c++filt -i -p` says of them, with `>>` for its `> >`. */

export const cppSymbols: readonly (readonly [string, string])[] = [
  ['_ZN1a1gEi', 'a::g'],
  ['_ZN1a2enILNS_1EE1EEEvv', 'a::en<(a::E)1>'],
  ['_ZN1a3BoxISt8functionIFviPKcEELi7EEC1Ev', 'a::Box<std::function<void (int, char const*)>, 7>::Box'],
  [
    '_ZN1a3BoxISt8functionIFviPKcEELi7EEcvPS5_Ev',
    'a::Box<std::function<void (int, char const*)>, 7>::operator std::function<void (int, char const*)>*',
  ],
  ['_ZN1a3BoxIiLin3EED2Ev', 'a::Box<int, -3>::~Box'],
  ['_ZN1a3BoxIiLin3EEixEi', 'a::Box<int, -3>::operator[]'],
  ['_ZNK1a3BoxIiLin3EEltERKS1_', 'a::Box<int, -3>::operator<'],
  ['_ZNKR1a3BoxIiLin3EE3getIdEET_S3_i', 'a::Box<int, -3>::get<double>'],
  ['_ZN1a4callILb0EPFiiEEEvT0_', 'a::call<false, int (*)(int)>'],
  ['_ZN1a4callILb1EZNS_3allEiEUliE_EEvT0_', 'a::call<true, a::all(int)::{lambda(int)#1}>'],
  ['_ZN1a4manyIJEEEiDpOT_', 'a::many<>'],
  [
    '_ZN1a4manyIJPA3_iMNS_12_GLOBAL__N_13HidEKFiiEPFvzEEEEiDpOT_',
    'a::many<int (*) [3], int (a::(anonymous namespace)::Hid::*)(int) const, void (*)(...)>',
  ],
  ['_ZN1a4manyIJidRA2_KcEEEiDpOT_', 'a::many<int, double, char const (&) [2]>'],
  ['_ZNK1a12_GLOBAL__N_13Hid3runEi', 'a::(anonymous namespace)::Hid::run'],
  ['_ZZN1a3allEiEN1L1fEi', 'a::all(int)::L::f'],
  [
    '_ZZZN1a3allEiENKUliE_clEiENKUlT_E_clIiEEDaS1_',
    'a::all(int)::{lambda(int)#1}::operator()(int) const::{lambda(auto:1)#1}::operator()<int>',
  ],
  ['_ZNSsC1Ev', 'std::basic_string<char, std::char_traits<char>, std::allocator<char>>::basic_string'],
  ['_ZNSolsEj', 'std::ostream::operator<<'],
  ['_ZNSt6vectorIiSaIiEE9push_backEOi', 'std::vector<int, std::allocator<int>>::push_back'],
  [
    '_ZNSt12_Vector_baseISt6vectorISsSaISsEESaIS2_EE13_M_deallocateEPS2_m',
    'std::_Vector_base<std::vector<std::string, std::allocator<std::string>>, std::allocator<std::vector<std::string, std::allocator<std::string>>>>::_M_deallocate',
  ],
  [
    '_ZNKSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE4findEPKcmm',
    'std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char>>::find',
  ],
  [
    '_ZNKSt7codecvtIDsc11__mbstate_tE5do_inERS0_PKcS4_RS4_PDsS6_RS6_',
    'std::codecvt<char16_t, char, __mbstate_t>::do_in',
  ],
  [
    '_ZNSt15basic_streambufIwSt11char_traitsIwEE8overflowEj',
    'std::basic_streambuf<wchar_t, std::char_traits<wchar_t>>::overflow',
  ],
  ['_ZSt4moveIRiEONSt16remove_referenceIT_E4typeEOS2_', 'std::move<int&>'],
  ['_ZNKSt3_V214error_category10_M_messageB5cxx11Ei', 'std::_V2::error_category::_M_message[abi:cxx11]'],
  [
    '_ZNK9pocketfft6detail11pocketfft_rIdE4execIDv2_dEEvPT_db',
    'pocketfft::detail::pocketfft_r<double>::exec<double __vector(2)>',
  ],
  [
    '_ZSt16__insertion_sortIPDF16_N9__gnu_cxx5__ops15_Iter_comp_iterIPFbRKDF16_S5_EEEEvT_S9_T0_',
    'std::__insertion_sort<_Float16*, __gnu_cxx::__ops::_Iter_comp_iter<bool (*)(_Float16 const&, _Float16 const&)>>',
  ],
  [
    '_Z21wrap_legacy_cpp_ufuncIXadL_Z8fft_loopIdEvPPcPKlS4_PvEEEvS2_S4_S4_S5_',
    'wrap_legacy_cpp_ufunc<&(void fft_loop<double>(char**, long const*, long const*, void*))>',
  ],
  [
    '_ZZN8pybind1112cpp_function10initializeIRPFvR12write_cursorRKSt5tupleIJllEERNS_7array_tIiLi16EEESA_RNS8_IfLi16EEEEvJS3_S7_SA_SA_SC_EJNS_4nameENS_5scopeENS_7siblingEEEEvOT_PFT0_DpT1_EDpRKT2_ENUlRNS_6detail13function_callEE_4_FUNESW_',
    'pybind11::cpp_function::initialize<void (*&)(write_cursor&, std::tuple<long, long> const&, pybind11::array_t<int, 16>&, pybind11::array_t<int, 16>&, pybind11::array_t<float, 16>&), void, write_cursor&, std::tuple<long, long> const&, pybind11::array_t<int, 16>&, pybind11::array_t<int, 16>&, pybind11::array_t<float, 16>&, pybind11::name, pybind11::scope, pybind11::sibling>(void (*&)(write_cursor&, std::tuple<long, long> const&, pybind11::array_t<int, 16>&, pybind11::array_t<int, 16>&, pybind11::array_t<float, 16>&), void (*)(write_cursor&, std::tuple<long, long> const&, pybind11::array_t<int, 16>&, pybind11::array_t<int, 16>&, pybind11::array_t<float, 16>&), pybind11::name const&, pybind11::scope const&, pybind11::sibling const&)::{lambda(pybind11::detail::function_call&)#1}::_FUN',
  ],
  [
    '_ZZN8pybind1112cpp_function10initializeIZNS_6detail29property_cpp_function_classicI10HighsModel7HighsLpE8readonlyIMS4_S5_Li0EEES0_T_RKNS_6handleEEUlRKS4_E_RKS5_JSE_EJNS_9is_methodEEEEvOS9_PFT0_DpT1_EDpRKT2_ENUlRNS2_13function_callEE_4_FUNESU_',
    'pybind11::cpp_function::initialize<pybind11::detail::property_cpp_function_classic<HighsModel, HighsLp>::readonly<HighsLp HighsModel::*, 0>(HighsLp HighsModel::*, pybind11::handle const&)::{lambda(HighsModel const&)#1}, HighsLp const&, HighsModel const&, pybind11::is_method>(pybind11::detail::property_cpp_function_classic<HighsModel, HighsLp>::readonly<HighsLp HighsModel::*, 0>(HighsLp HighsModel::*, pybind11::handle const&)::{lambda(HighsModel const&)#1}&&, HighsLp const& (*)(HighsModel const&), pybind11::is_method const&)::{lambda(pybind11::detail::function_call&)#1}::_FUN',
  ],
];

export const rustSymbols: readonly (readonly [string, string])[] = [
  [
    '_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc5boxed3BoxDINtNtNtB4_3ops8function6FnOnceuEp6OutputuNtNtB4_6marker4SendEL_EECs218fJ0j9KFu_4n1_l',
    'core::ptr::drop_in_place::<alloc::boxed::Box<dyn core::ops::function::FnOnce<(), Output = ()> + core::marker::Send>>',
  ],
  ['_RNCNvCs218fJ0j9KFu_4n1_l4mains_0B3_', 'n1_l::main::{closure#1}'],
  [
    '_RNvXCsgvbsrvnw3yD_9hashbrownNtNtCslNYArtu3iFV_5alloc6string6StringINtB2_10EquivalentBq_E10equivalentCs218fJ0j9KFu_4n1_l',
    '<alloc::string::String as hashbrown::Equivalent<alloc::string::String>>::equivalent',
  ],
  [
    '_RNvNCNKNvNvMNtNtCsjrHSEGnQ3l9_3std4hash6randomNtBa_11RandomState3new4KEYS0s_023___RUST_STD_INTERNAL_VAL',
    '<std::hash::random::RandomState>::new::KEYS::{K#0}::{closure#1}::__RUST_STD_INTERNAL_VAL',
  ],
  [
    '_RNvXs1g_NtCsgEmfK2I1SDS_4core3fmtRINtNtCslNYArtu3iFV_5alloc5boxed3BoxDNtNtB8_5error5ErrorNtNtB8_6marker4SyncNtB1r_4SendEL_ENtB6_5Debug3fmtCsjrHSEGnQ3l9_3std',
    '<&alloc::boxed::Box<dyn core::error::Error + core::marker::Sync + core::marker::Send> as core::fmt::Debug>::fmt',
  ],
  [
    '_RNvMsi_NtCsgvbsrvnw3yD_9hashbrown3rawINtB5_12RawIterRangeTNtNtCslNYArtu3iFV_5alloc6string6StringINtNtBY_3vec3VechEEE3newCs218fJ0j9KFu_4n1_l',
    '<hashbrown::raw::RawIterRange<(alloc::string::String, alloc::vec::Vec<u8>)>>::new',
  ],
  [
    '_RNvMs3_NtCslNYArtu3iFV_5alloc7raw_vecINtB5_6RawVecTOhFUKCBN_EuENtNtCsjrHSEGnQ3l9_3std5alloc6SystemE8grow_oneB13_',
    '<alloc::raw_vec::RawVec<(*mut u8, unsafe extern "C" fn(*mut u8)), std::alloc::System>>::grow_one',
  ],
  [
    '_RNSNvYNCINvNtCsjrHSEGnQ3l9_3std2rt10lang_startuE0INtNtNtCsgEmfK2I1SDS_4core3ops8function6FnOnceuE9call_once6vtableCs218fJ0j9KFu_4n1_l',
    '<std::rt::lang_start<()>::{closure#0} as core::ops::function::FnOnce<()>>::call_once::{shim:vtable#0}',
  ],
  [
    '_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc5boxed3BoxDG_INtNtNtB4_3ops8function2FnTRL0_eEEp6OutputjNtNtB4_6marker4SendEL_EECs218fJ0j9KFu_4n1_l',
    "core::ptr::drop_in_place::<alloc::boxed::Box<dyn for<'a> core::ops::function::Fn<(&'a str,), Output = usize> + core::marker::Send>>",
  ],
  [
    '_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtB4_6result6ResultNtNtCs4X4t9plMPHF_9addr2line4line5LinesNtNtCsduwmD7cSIQq_5gimli4read5ErrorEECsjrHSEGnQ3l9_3std',
    'core::ptr::drop_in_place::<core::result::Result<addr2line::line::Lines, gimli::read::Error>>',
  ],
  [
    '_RNvXsE_NtCslNYArtu3iFV_5alloc4syncINtB5_3ArcNtNtNtCsjrHSEGnQ3l9_3std6thread6scoped9ScopeDataENtNtNtCsgEmfK2I1SDS_4core3ops4drop4Drop4dropCs218fJ0j9KFu_4n1_l',
    '<alloc::sync::Arc<std::thread::scoped::ScopeData> as core::ops::drop::Drop>::drop',
  ],
  [
    '_RINvNvNtCsgEmfK2I1SDS_4core3ptr25swap_nonoverlapping_bytes26swap_nonoverlapping_chunksKj8_ECs218fJ0j9KFu_4n1_l',
    'core::ptr::swap_nonoverlapping_bytes::swap_nonoverlapping_chunks::<8>',
  ],
  [
    '_RNvYFEuINtNtNtCsgEmfK2I1SDS_4core3ops8function6FnOnceuE9call_onceCs218fJ0j9KFu_4n1_l',
    '<fn() as core::ops::function::FnOnce<()>>::call_once',
  ],
];

export const legacyRustSymbols: readonly (readonly [string, string])[] = [
  [
    '_ZN71_$LT$alloc..sync..Arc$LT$T$C$A$GT$$u20$as$u20$core..ops..drop..Drop$GT$4drop17he6e8298d99dd00feE',
    '<alloc::sync::Arc<T,A> as core::ops::drop::Drop>::drop',
  ],
  [
    '_ZN4core3ptr99drop_glue$LT$alloc..sync..Weak$LT$std..thread..scoped..ScopeData$C$$RF$alloc..alloc..Global$GT$$GT$17h9446fdc1eb1d30b0E',
    'core::ptr::drop_glue<alloc::sync::Weak<std::thread::scoped::ScopeData,&alloc::alloc::Global>>',
  ],
  [
    '_ZN4core3ptr76drop_glue$LT$core..slice..sort..shared..smallsort..CopyOnDrop$LT$i32$GT$$GT$17hbce4645823f91c99E',
    'core::ptr::drop_glue<core::slice::sort::shared::smallsort::CopyOnDrop<i32>>',
  ],
  [
    '_ZN70_$LT$alloc..vec..Vec$LT$T$C$A$GT$$u20$as$u20$core..ops..drop..Drop$GT$4drop17ha8e23cc9663ca079E',
    '<alloc::vec::Vec<T,A> as core::ops::drop::Drop>::drop',
  ],
  [
    '_ZN72_$LT$alloc..sync..Weak$LT$T$C$A$GT$$u20$as$u20$core..ops..drop..Drop$GT$4drop17hbfaaaa49ae76fef6E',
    '<alloc::sync::Weak<T,A> as core::ops::drop::Drop>::drop',
  ],
  [
    '_ZN105_$LT$std..collections..hash..map..Iter$LT$K$C$V$GT$$u20$as$u20$core..iter..traits..iterator..Iterator$GT$4next17h8eb32b0f5e8eae55E',
    '<std::collections::hash::map::Iter<K,V> as core::iter::traits::iterator::Iterator>::next',
  ],
  [
    '_ZN3std2io5error14repr_bitpacked4Repr4data28_$u7b$$u7b$closure$u7d$$u7d$17h8c2ea5e4d2407832E',
    'std::io::error::repr_bitpacked::Repr::data::{{closure}}',
  ],
  [
    '_ZN3std2rt10lang_start28_$u7b$$u7b$closure$u7d$$u7d$17h5fcf268b4e8a53bdE',
    'std::rt::lang_start::{{closure}}',
  ],
];
