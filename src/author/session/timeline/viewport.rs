//! The timeline viewport: which part of it is visible.

/// The shortest stretch of the timeline to look at, seconds.
const SHORTEST_SECS: f32 = 0.5;

/// The visible part of the timeline.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Viewport {
    from_secs: f32,
    /// How much, seconds; nothing is all of it.
    span_secs: Option<f32>,
    /// How long all of it was when a drag began: what is dragged does not slip away because the timeline gets longer.
    held_whole_secs: Option<f32>,
}

impl Viewport {
    /// First visible time and length, seconds, of a timeline that is this long.
    pub(super) fn visible(&self, timeline_secs: f32) -> (f32, f32) {
        let whole = self.whole_secs(timeline_secs);
        let span = self.span_secs.map_or(whole, |span| span.clamp(SHORTEST_SECS, whole));
        (self.from_secs.clamp(0.0, whole - span), span)
    }

    fn whole_secs(&self, timeline_secs: f32) -> f32 {
        self.held_whole_secs.unwrap_or((timeline_secs * 1.02).max(2.0))
    }

    /// Shows less or more around a time that stays where it is.
    pub(super) fn zoom(&mut self, factor: f32, around_secs: f32, timeline_secs: f32) {
        let (from, span) = self.visible(timeline_secs);
        if !(factor.is_finite() && factor > 0.0 && around_secs.is_finite()) {
            return;
        }
        let whole = self.whole_secs(timeline_secs);
        let wanted = (span * factor).clamp(SHORTEST_SECS, whole);
        let share = ((around_secs - from) / span).clamp(0.0, 1.0);
        self.from_secs = (from + share * (span - wanted)).clamp(0.0, whole - wanted);
        self.span_secs = (wanted < whole).then_some(wanted);
    }

    /// Shows the timeline from a time on.
    pub(super) fn scroll(&mut self, from_secs: f32, timeline_secs: f32) {
        if from_secs.is_finite() {
            self.from_secs = from_secs.clamp(0.0, self.whole_secs(timeline_secs));
        }
    }

    /// Shows all of it.
    pub(super) fn fit(&mut self) {
        *self = Self::default();
    }

    /// Something is dragged: the length of the whole stays as it is until the release.
    pub(super) fn hold(&mut self, timeline_secs: f32) {
        self.held_whole_secs = Some(self.whole_secs(timeline_secs));
    }

    /// Nothing is dragged.
    pub(super) fn release(&mut self) {
        self.held_whole_secs = None;
    }
}
