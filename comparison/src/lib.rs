//! Measures atomic-dict beside other maps and cells; the README says how.

pub mod cli;
pub mod contenders;
pub mod contents;
pub mod dense;
pub mod keys;
pub mod latency;
pub mod lines;
pub mod loads;
pub mod measure;
pub mod progress;
pub mod published;
pub mod reduce;
pub mod table;
pub mod threads;
pub mod timing;
pub mod work;
pub mod zipf;
