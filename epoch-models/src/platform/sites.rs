//! Named accesses, as in `loom-tests`; none of them takes a step: next to the fences of an epoch a step would synchronise.

#[path = "../../../loom-tests/src/platform/sites.rs"]
mod stepped;

pub(crate) use stepped::{MUTANT, mutated, ordering, rule};

pub(crate) fn takes_step() -> bool {
    false
}
