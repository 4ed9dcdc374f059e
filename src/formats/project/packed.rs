//! A project that may be written: what could not be opened again is refused here.

use super::super::bounds::check;
use super::super::error::Fault;
use super::container::MOST_MEMBERS;
use super::index::ProjectIndex;
use super::layout::{Contents, FORMAT, Limits, StoredTake, bytes, motions};
use crate::body::CharacterChoice;
use crate::motion::Motion;
use crate::timeline::{Document, Take, TakeId};
use std::sync::Arc;

/// A project that may be written.
pub(super) struct Packed<'a> {
    pub(super) contents: Vec<u8>,
    /// By the names of their members.
    pub(super) motions: Vec<(String, &'a Arc<Motion>)>,
}

impl<'a> Packed<'a> {
    /// Motions that the index has were looked at when it got them.
    pub(super) fn new(
        document: &'a Document,
        character: Option<CharacterChoice>,
        limits: &Limits,
        index: &ProjectIndex,
    ) -> Result<Self, Fault> {
        let take_list = &document.arrangement().take_list;
        let kept: Vec<(&TakeId, &Arc<Take>)> = take_list.iter().filter_map(|listed| document.takes().get_key_value(&listed.take)).collect();
        let contents = Contents {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            takes: kept.iter().map(|(id, take)| StoredTake { id: **id, provenance: &take.provenance }).collect(),
            arrangement: document.arrangement().clone(),
            character,
        };
        let contents = serde_json::to_vec(&contents).map_err(|error| Fault::new(error.to_string(), "please report this project"))?;
        if contents.len() > limits.contents {
            return Err(Fault::new("the list of takes and clips is too long", "remove some takes or clips"));
        }
        let motions: Vec<(String, &Arc<Motion>)> = kept.iter().flat_map(|(id, take)| motions(**id, take)).collect();
        if motions.len() >= MOST_MEMBERS {
            return Err(Fault::new(
                format!("more than {MOST_MEMBERS} motions"),
                "remove takes from the list, or save some in another project",
            ));
        }
        let mut all = 0;
        let known = index.lookup();
        for (name, motion) in &motions {
            if !known.has(name, motion) {
                check(motion).map_err(|fault| fault.in_member(name))?;
            }
            let size = bytes(motion);
            if size > limits.motion {
                let cause = format!("{name} is longer than a project can keep, {:.0} minutes", motion.duration_secs() / 60.0);
                return Err(Fault::new(cause, "remove this take from the list, or cut its file into shorter ones"));
            }
            all += size;
        }
        if all > limits.all {
            let cause = format!("the takes are {} MiB, more than the {} of a project", all >> 20, limits.all >> 20);
            return Err(Fault::new(cause, "remove takes from the list, or save some in another project"));
        }
        Ok(Self { contents, motions })
    }
}
