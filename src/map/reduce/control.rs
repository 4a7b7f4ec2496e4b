//! What is done with rows: whatever has paid, judged by the last of them.
//!
//! It is judged by how many rows of a *window* have found their key in the small table. If they were few, the next windows are
//! sent on without a look; then one is gathered again, since the rows may have changed.

/// Rows of a window.
const WINDOW: u32 = 1 << 14;

/// Rows of a window that find their key in the small table, at least, for it to be worth the look.
const WORTH_IT: u32 = WINDOW / 4;

/// Windows that are sent on before another is gathered.
const SENT_ON: u32 = 15;

/// A small table with more keys is not in the innermost cache.
const NEAR_KEYS: usize = 512;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Rows are gathered as they come.
    Near,
    /// Rows are gathered a little later, when their places have come near.
    Far,
    /// Rows are sent to the shared map.
    Send,
}

pub(super) struct Control {
    mode: Mode,
    /// Rows until the window ends.
    left: u32,
    /// Rows of the window that were not in the table.
    missed: u32,
    /// Windows to send on before the next one is gathered.
    send_on: u32,
}

impl Control {
    pub(super) fn new() -> Self {
        Self { mode: Mode::Near, left: WINDOW, missed: 0, send_on: 0 }
    }

    /// What is to be done with the next row.
    #[inline(always)]
    pub(super) fn mode(&self) -> Mode {
        self.mode
    }

    /// Notes that the table lacked a row's key.
    #[inline(always)]
    pub(super) fn missed(&mut self) {
        self.missed += 1;
    }

    /// Notes a row. `keys`: how many the table has.
    #[inline(always)]
    pub(super) fn row(&mut self, keys: impl FnOnce() -> usize) {
        self.left -= 1;
        if self.left == 0 {
            self.judge(keys());
        }
    }

    #[cold]
    fn judge(&mut self, keys: usize) {
        let found = WINDOW.saturating_sub(self.missed);
        if self.mode == Mode::Send {
            self.send_on -= 1;
        } else if found < WORTH_IT {
            self.send_on = SENT_ON;
        }
        self.mode = match self.send_on {
            0 if keys > NEAR_KEYS => Mode::Far,
            0 => Mode::Near,
            _ => Mode::Send,
        };
        (self.left, self.missed) = (WINDOW, 0);
    }
}
