#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| atomic_dict_fuzz::arguments::run(data, atomic_dict_fuzz::Truth::Whole));
