//! A `Published` cell that is called by the functions given to it, and by destructors of its values.

use super::inner::on_cells;
use super::{Calls, Shared, as_a_whole};
use crate::alone::alone;
use crate::fuse::Call;
use crate::items::Noisy;
use crate::panics::published::{Stage, shared};
use atomic_dict::Published;
use std::sync::Arc;

impl Shared for Stage {
    type Map = Published<Noisy>;

    fn share(&self) -> Arc<Published<Noisy>> {
        Arc::clone(self.cell.as_ref().expect("it is there"))
    }

    fn number(&self) -> u64 {
        0
    }
}

#[test]
fn cells() {
    alone(|| {
        let mut calls = Calls::default();
        // Some, and so many that the next publication drops them.
        for waiting in 0..12 {
            calls.add(|| Stage::new(waiting), &shared(), &on_cells(), as_a_whole, &format!("{waiting} wait"));
        }
        calls.assert("cells", 8100, &[Call::Clone, Call::Closure, Call::Debug, Call::Default, Call::Drop]);
    });
}
