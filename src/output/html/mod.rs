//! The HTML report: one file that needs no network and no other file.

mod entry;
mod fact;
mod glance;
mod page;

pub(super) use page::write;
