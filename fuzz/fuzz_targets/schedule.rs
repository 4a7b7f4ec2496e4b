#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hook_tests::schedules::run(data));
