//! What outlives the program: copies of unsaved work, and the settings.

use super::errands::Errands;
use super::recovery::{self, Orphan, Recovery};
use super::session::Unsaved;
use super::settings::Settings;
use std::path::{Path, PathBuf};

/// Where unsaved work is copied, as far as that can be done here.
#[derive(Default)]
pub struct Autosave {
    recovery: Option<Recovery>,
    orphan: Option<Orphan>,
}

impl Autosave {
    /// Begins to keep copies. A script's window is nobody's work: it offers nothing of others.
    pub fn begin(scripted: bool) -> Self {
        let folder = recovery::folder();
        let recovery = folder.as_deref().and_then(|folder| {
            let fail = |error: &std::io::Error| tracing::warn!("unsaved work cannot be kept safe ({error}): {}", folder.display());
            Recovery::begin(folder).inspect_err(fail).ok()
        });
        let orphan = folder.as_deref().filter(|_| !scripted && recovery.is_some()).and_then(Orphan::newest);
        Self { recovery, orphan }
    }

    /// Copies unsaved work, for the case that the program dies.
    pub fn copy(&mut self, unsaved: Unsaved, errands: &mut Errands) {
        if let Some(recovery) = &mut self.recovery {
            // Without the note the copy is only without its name.
            let _ = recovery.note(unsaved.project.as_deref());
            errands.copy(*unsaved.document, unsaved.cast, recovery.copy().to_owned());
        }
    }

    /// Where unsaved work is copied to.
    #[must_use]
    pub fn copy_path(&self) -> Option<&Path> {
        self.recovery.as_ref().map(Recovery::copy)
    }

    /// Removes the copy: everything is saved.
    pub fn forget(&self, errands: &mut Errands) {
        self.recovery.iter().for_each(|recovery| errands.forget(recovery.copy().to_owned()));
    }

    /// What another window left behind.
    #[must_use]
    pub fn orphan(&self) -> Option<&Orphan> {
        self.orphan.as_ref()
    }

    /// Reads what was left behind, or lets it go.
    pub fn recover(&mut self, brings_back: bool, errands: &mut Errands) {
        if brings_back {
            self.orphan.iter().for_each(|orphan| errands.recover(orphan.copy().to_owned(), orphan.project.clone()));
        } else {
            self.orphan.take().iter().for_each(Orphan::remove);
        }
    }

    /// What was left behind has been read, or not: it is this window's now, or waits for one that can read it.
    pub fn recovered(&mut self, was_read: bool) {
        let Some(orphan) = self.orphan.take().filter(|_| was_read) else { return };
        if let Some(recovery) = &mut self.recovery {
            // One that cannot be taken over stays where it is, and is offered again.
            let _ = recovery.adopt(orphan);
        }
    }

    /// Everything is saved and the program ends: nothing is offered to the next one.
    pub fn end(&self) {
        self.recovery.iter().for_each(Recovery::end);
    }
}

/// The settings' file, and what it says.
pub struct KeptSettings {
    file: Option<PathBuf>,
    written: Settings,
    /// Whether they are being written.
    writing: bool,
}

impl KeptSettings {
    /// The user's settings, and where they stay. A script has its own window, as it comes.
    pub fn begin(scripted: bool) -> (Self, Settings) {
        let file = Settings::file().filter(|_| !scripted);
        let settings = file.as_deref().map(Settings::read).unwrap_or_default();
        (Self { file, written: settings.clone(), writing: false }, settings)
    }

    /// Has them written where they have changed. The latest are written when the ones before are.
    pub fn keep(&mut self, settings: &Settings, errands: &mut Errands) {
        if self.writing || self.written == *settings {
            return;
        }
        if let Some(file) = self.file.clone() {
            (self.written, self.writing) = (settings.clone(), true);
            errands.keep(self.written.clone(), file);
        }
    }

    /// They have been written, or not.
    pub fn kept(&mut self) {
        self.writing = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_are_kept_in_order_and_to_the_last_click() {
        let file = std::env::temp_dir().join(format!("settings-{}.ron", std::process::id()));
        let (mut errands, mut settings) = (Errands::default(), Settings::default());
        let mut memory = KeptSettings { file: Some(file.clone()), written: settings.clone(), writing: false };
        for scale in [0.8, 0.9, 1.1, 1.5] {
            settings.scale = scale;
            memory.keep(&settings, &mut errands);
        }
        // As the window's last frames do.
        let mut end = |memory: &mut KeptSettings| {
            memory.keep(&settings, &mut errands);
            while errands.last() {
                std::thread::sleep(std::time::Duration::from_millis(1));
                if !errands.take_done().is_empty() {
                    memory.kept();
                }
                memory.keep(&settings, &mut errands);
            }
        };
        end(&mut memory);
        assert_eq!(Settings::read(&file), settings);
        // What is as it was written is not written again.
        std::fs::remove_file(&file).expect("the settings");
        end(&mut memory);
        assert!(!file.exists());
    }
}
