//! The undo journal of the host: pre-images, saved once per savepoint (design 05 §4).

use risk::journal::Undo;
use risk::state::{Account, Globals, Side, SideIndex};
use risk::wire::MarketView;

/// A record of the market.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Record {
    Account(u32),
    Side(SideIndex),
    Globals,
}

enum Image {
    Account(u32, Account),
    Side(SideIndex, Side),
    Globals(Globals),
}

struct Savepoint {
    serial: u64,
    used: usize,
}

/// A log of pre-images. Outside any savepoint nothing is saved.
#[derive(Default)]
pub struct Journal {
    images: Vec<Image>,
    savepoints: Vec<Savepoint>,
    serial: u64,
    account_stamps: Vec<u64>,
    side_stamps: [u64; 2],
    globals_stamp: u64,
}

impl Journal {
    /// The records that may have changed since the innermost savepoint, each once or more.
    pub fn dirty(&self) -> impl Iterator<Item = Record> {
        let from = self.savepoints.last().map_or(0, |point| point.used);
        self.images.iter().skip(from).map(|image| match image {
            Image::Account(index, _) => Record::Account(*index),
            Image::Side(index, _) => Record::Side(*index),
            Image::Globals(_) => Record::Globals,
        })
    }

    /// Marks a record as saved for the innermost savepoint; false if it already was, or if there is none.
    fn stamp(&mut self, pick: impl FnOnce(&mut Self) -> Option<&mut u64>) -> bool {
        let (Some(point), serial) = (self.savepoints.last(), self.serial) else {
            return false;
        };
        let opened = point.serial;
        match pick(self) {
            Some(stamp) if *stamp < opened => {
                *stamp = serial;
                true
            }
            _ => false,
        }
    }
}

impl Undo for Journal {
    fn mark(&mut self) {
        self.serial += 1;
        self.savepoints.push(Savepoint { serial: self.serial, used: self.images.len() });
    }

    fn release(&mut self) {
        self.savepoints.pop();
        if self.savepoints.is_empty() {
            self.images.clear();
        }
    }

    fn rollback(&mut self, view: &mut MarketView<'_>) {
        let used = self.savepoints.pop().map_or(0, |point| point.used);
        for image in self.images.drain(used..).rev() {
            match image {
                Image::Account(index, account) => {
                    if let Some(slot) = usize::try_from(index).ok().and_then(|at| view.accounts.get_mut(at)) {
                        *slot = account;
                    }
                    if let Some(stamp) =
                        usize::try_from(index).ok().and_then(|at| self.account_stamps.get_mut(at))
                    {
                        *stamp = 0;
                    }
                }
                Image::Side(SideIndex::Long, side) => *view.long = side,
                Image::Side(SideIndex::Short, side) => *view.short = side,
                Image::Globals(globals) => *view.globals = globals,
            }
        }
        self.side_stamps = [0; 2];
        self.globals_stamp = 0;
    }

    fn save_account(&mut self, index: u32, account: &Account) {
        let Ok(at) = usize::try_from(index) else {
            return;
        };
        if self.account_stamps.len() <= at {
            self.account_stamps.resize(at + 1, 0);
        }
        if self.stamp(|journal| journal.account_stamps.get_mut(at)) {
            self.images.push(Image::Account(index, *account));
        }
    }

    fn save_side(&mut self, index: SideIndex, side: &Side) {
        let saved = self.stamp(|journal| {
            let [long, short] = &mut journal.side_stamps;
            Some(if index == SideIndex::Long { long } else { short })
        });
        if saved {
            self.images.push(Image::Side(index, *side));
        }
    }

    fn save_globals(&mut self, globals: &Globals) {
        if self.stamp(|journal| Some(&mut journal.globals_stamp)) {
            self.images.push(Image::Globals(*globals));
        }
    }
}
