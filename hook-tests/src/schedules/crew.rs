//! Threads that stay for many rounds: started one by one by a schedule, or let loose together.

use super::processor;
use super::strategy::{MOST_THREADS, Strategy};
use super::turns::{Job, Run, Seat, Turns};
use crate::platform::epoch;
use crate::platform::hook::{Plan, with_plan};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

/// The threads.
#[derive(Debug)]
pub(crate) struct Crew {
    turns: Arc<Turns>,
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    pub(crate) fn new() -> Self {
        let turns = Arc::new(Turns::new(MOST_THREADS));
        let processor = processor::current();
        let (seated, seat) = mpsc::channel();
        // Threads get their numbers in the same order in every crew: whose count is read first is a part of a schedule.
        drop(epoch::pin());
        let threads = (0..MOST_THREADS)
            .map(|me| {
                let (turns, seated) = (Arc::clone(&turns), seated.clone());
                let thread = thread::spawn(move || {
                    if let Some(processor) = processor {
                        processor::stay_on(processor);
                    }
                    drop(epoch::pin());
                    turns.sit_down(me);
                    seated.send(()).expect("the coordinator waits");
                    work(&turns, me);
                });
                seat.recv().expect("the thread sits down");
                thread
            })
            .collect();
        Self { turns, threads }
    }

    /// Runs `job` on so many threads, one of them at a time.
    pub(crate) fn run(&self, threads: usize, strategy: Strategy, job: Job) -> Run {
        self.turns.run(threads, strategy, job)
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.turns.dismiss();
        for thread in self.threads.drain(..) {
            thread.join().expect("panics of jobs are caught");
        }
    }
}

fn work(turns: &Arc<Turns>, me: usize) {
    loop {
        turns.await_turn(me);
        let Some(job) = turns.job() else { return turns.leave() };
        let seat = Seat::new(turns, me);
        let ended = catch_unwind(AssertUnwindSafe(|| with_plan(Plan::Obey(Box::new(seat)), || job(me)).1));
        // What the job holds is dropped, and the steps are counted, before anybody is told.
        drop(job);
        let failure = ended.map(drop).err().map(text);
        turns.end(me, failure);
    }
}

/// What a panic says.
fn text(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast_ref::<&str>().map_or("a panic without a text", |text| text).to_owned(),
    }
}
