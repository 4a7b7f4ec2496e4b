//! Whether gathering rows in a small table pays.
//!
//! It is judged by how many rows of a *window* have found their key there. If they were few, the next windows are sent on
//! without a look; then one is gathered again, since the rows may have changed.

/// Rows of a window.
const WINDOW: u32 = 1 << 14;

/// Rows of a window that find their key in the small table, at least, for it to be worth the look.
const WORTH_IT: u32 = WINDOW / 4;

/// Windows that are sent on before another is gathered.
const SENT_ON: u32 = 15;

pub(super) struct Control {
    /// Rows until the window ends.
    left: u32,
    /// Rows of the window that were not in the table.
    missed: u32,
    /// Windows to send on; none: this one is gathered.
    send_on: u32,
}

impl Control {
    pub(super) fn new() -> Self {
        Self { left: WINDOW, missed: 0, send_on: 0 }
    }

    /// Whether the next row is to be gathered.
    #[inline(always)]
    pub(super) fn gathers(&self) -> bool {
        self.send_on == 0
    }

    /// Notes that the table lacked a row's key.
    #[inline(always)]
    pub(super) fn missed(&mut self) {
        self.missed += 1;
    }

    /// Notes a row.
    #[inline(always)]
    pub(super) fn row(&mut self) {
        self.left -= 1;
        if self.left == 0 {
            self.judge();
        }
    }

    #[cold]
    fn judge(&mut self) {
        let found = WINDOW - self.missed;
        self.send_on = match self.send_on {
            0 if found < WORTH_IT => SENT_ON,
            0 => 0,
            windows => windows - 1,
        };
        (self.left, self.missed) = (WINDOW, 0);
    }
}
