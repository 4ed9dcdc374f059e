//! A video becomes a motion: picture after picture is looked at, whoever is followed is remembered, and at the end all of it is fitted.

use super::camera::{levelled, tilt_rad, world_from_camera};
use super::error::{Error, Result};
use super::fit::{Bends, fitted};
use super::path;
use super::sightings::{Sighting, moments};
use super::timed::{MOST_PICTURES, MOST_SECS, TimedPicture};
use super::video::Pictures;
use crate::model::blazepose::{PoseNetworks, PoseTracker, RgbPicture};
use crate::motion::Motion;
use crate::motion::cleanup::{CleanupSettings, clean};
use std::path::{Path, PathBuf};

/// Less of a person than this is no motion, seconds.
const SHORTEST_SECS: f32 = 0.3;
/// A video of another rate shows pictures twice; one that stands still for longer is meant to.
const MOST_REPEATED: usize = 2;

/// A video on its way to a motion.
pub struct Watching<'n> {
    path: PathBuf,
    pictures: Pictures,
    tracker: PoseTracker<'n>,
    before: Option<RgbPicture>,
    repeated: usize,
    sightings: Vec<Sighting>,
    size: [usize; 2],
    looked_at: usize,
    most_people: usize,
    /// Whether there is more than is looked at.
    is_cut: bool,
}

/// What a video shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Captured {
    /// The motion, cleaned up.
    pub motion: Motion,
    /// The motion before its clean-up.
    pub raw: Motion,
    /// What is to be said about it.
    pub notes: Vec<String>,
}

impl<'n> Watching<'n> {
    /// Begins with the pictures of the video `path`.
    #[must_use]
    pub fn begin(path: &Path, pictures: Pictures, networks: &'n PoseNetworks) -> Self {
        let tracker = PoseTracker::new(networks);
        let (path, sightings, size) = (path.to_owned(), Vec::new(), [0; 2]);
        Self { path, pictures, tracker, before: None, repeated: 0, sightings, size, looked_at: 0, most_people: 0, is_cut: false }
    }

    /// Looks at the next picture, and answers how many those are; nothing behind the last one.
    ///
    /// # Errors
    /// What is wrong with the video, and failed arithmetic.
    pub fn step(&mut self) -> Result<Option<usize>> {
        let Some(picture) = self.pictures.next() else { return Ok(None) };
        let TimedPicture { secs, picture } = picture?;
        if secs >= MOST_SECS || self.looked_at == MOST_PICTURES {
            self.is_cut = true;
            return Ok(None);
        }
        let size = [picture.width(), picture.height()];
        if self.looked_at > 0 && size != self.size {
            return Err(Error::unfit("its pictures differ in size", &self.path, "give pictures of one size"));
        }
        self.size = size;
        self.looked_at += 1;
        let is_repeated = self.repeated < MOST_REPEATED && self.before.as_ref() == Some(&picture);
        self.repeated = if is_repeated { self.repeated + 1 } else { 0 };
        if is_repeated {
            return Ok(Some(self.looked_at));
        }
        let seen = self.tracker.see(&picture, secs)?;
        self.most_people = self.most_people.max(seen.people.unwrap_or_default());
        self.sightings.extend(seen.body.map(|body| Sighting { secs, body }));
        self.before = Some(picture);
        Ok(Some(self.looked_at))
    }

    /// The motion of what was seen.
    ///
    /// # Errors
    /// Nobody was seen, or too shortly.
    pub fn finish(self) -> Result<Captured> {
        let nobody = |cause: String| Error::unfit(cause, &self.path, "show one person from head to foot, in good light");
        let (Some(first), Some(last)) = (self.sightings.first(), self.sightings.last()) else {
            return Err(nobody(match self.looked_at {
                0 => "no pictures are in it".to_owned(),
                pictures => format!("nobody is seen in {pictures} pictures"),
            }));
        };
        if last.secs - first.secs < SHORTEST_SECS {
            return Err(nobody(format!("somebody is seen for {:.1} s alone", last.secs - first.secs)));
        }
        let mut notes = Vec::new();
        if self.is_cut {
            notes.push("it is longer than is looked at; choose a part of it".to_owned());
        }
        if self.most_people > 1 {
            notes.push(format!("{} people are seen; the largest is followed", self.most_people));
        }
        if first.secs > SHORTEST_SECS {
            notes.push(format!("nobody is seen before {:.1} s; the motion begins there", first.secs));
        }
        let (moments, gaps) = moments(&self.sightings, self.size);
        notes.extend(gaps.iter().map(|[from, to]| format!("nobody is seen from {from:.1} to {to:.1} s; the motion goes on in between")));
        let tilt_rad = tilt_rad(&moments);
        notes.push(format!("the camera is taken to be still, upright, and to look down {:.0} degrees", tilt_rad.to_degrees()));
        let world_from_camera = world_from_camera(tilt_rad);
        let mut bends = Bends::default();
        let frames = moments.iter().map(|moment| fitted(&levelled(moment, world_from_camera), &mut bends)).collect();
        let mut raw = Motion { frames };
        path::set_out(&mut raw, &path::in_view(&moments, self.size), world_from_camera);
        let motion = clean(&raw, &CleanupSettings::default());
        Ok(Captured { motion, raw, notes })
    }
}
