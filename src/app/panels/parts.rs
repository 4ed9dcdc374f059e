//! Small parts that several panels use.

use crate::app::theme::{
    self, ACCENT, ACCENT_BRIGHT, DISABLED, ON_ACCENT, ON_DISABLED, RAISED, RAISED_BRIGHT, TEXT, TEXT_FAINT, TEXT_SOFT,
};
use bevy_egui::egui::{
    Align, Button, Color32, CornerRadius, Id, Layout, Rect, Response, RichText, Sense, Stroke, Ui, UiBuilder, Widget, vec2,
};

/// The prompt's text field.
#[must_use]
pub(crate) fn prompt_id() -> Id {
    Id::new("prompt")
}

/// A panel's card over the whole place given to `ui`; the pointer does not reach the stage through it.
pub(super) fn card<R>(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let place = ui.max_rect();
    ui.interact(place, Id::new(name), Sense::click_and_drag());
    let frame = theme::card();
    let inside = place - frame.total_margin();
    ui.painter().add(frame.paint(inside));
    ui.scope_builder(UiBuilder::new().max_rect(inside), contents).inner
}

/// Things in a row, vertically centred.
pub(super) fn row<R>(ui: &mut Ui, height: f32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let (_, place) = ui.allocate_space(vec2(ui.available_width(), height));
    let builder = UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, contents).inner
}

/// Text beside other text.
pub(super) fn soft(text: impl Into<String>) -> RichText {
    RichText::new(text).color(TEXT_SOFT)
}

/// Text that is only there when looked for.
pub(super) fn faint(text: impl Into<String>) -> RichText {
    RichText::new(text).color(TEXT_FAINT).size(12.0)
}

/// A button with text, the one to press or one of several.
pub(super) struct TextButton<'a> {
    pub(super) text: &'a str,
    pub(super) main: bool,
    pub(super) min_width: f32,
    pub(super) height: f32,
}

impl Widget for TextButton<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let enabled = ui.is_enabled();
        let font = theme::medium(14.0);
        let galley = ui.painter().layout_no_wrap(self.text.to_owned(), font, Color32::PLACEHOLDER);
        let size = vec2((galley.size().x + 32.0).max(self.min_width), self.height);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| bevy_egui::egui::WidgetInfo::labeled(bevy_egui::egui::WidgetType::Button, enabled, self.text));
        let hovered = response.hovered() || response.has_focus();
        let (fill, text) = match (enabled, self.main) {
            // egui fades what is disabled; twice as faint would be gone.
            (false, _) => (DISABLED, ON_DISABLED),
            (true, true) => (if hovered { ACCENT_BRIGHT } else { ACCENT }, ON_ACCENT),
            (true, false) => (if hovered { RAISED_BRIGHT } else { RAISED }, TEXT),
        };
        ui.painter().rect_filled(rect, CornerRadius::same(9), fill);
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley, text.color());
        response
    }
}

/// A row of choices of which one is chosen; answers the one that was pressed.
pub(super) fn choices<T: Copy + PartialEq>(ui: &mut Ui, options: &[(T, &str)], chosen: Option<T>) -> Option<T> {
    let mut pressed = None;
    ui.spacing_mut().item_spacing.x = 2.0;
    for (option, label) in options {
        if switch(ui, label, chosen == Some(*option)).clicked() {
            pressed = Some(*option);
        }
    }
    pressed
}

/// Something that is on or off.
pub(super) fn switch(ui: &mut Ui, label: &str, on: bool) -> Response {
    let text = RichText::new(label).size(12.5).color(if on { ACCENT } else { TEXT_SOFT });
    let fill = if on { RAISED.color() } else { Color32::TRANSPARENT };
    ui.add(Button::new(text).fill(fill).min_size(vec2(30.0, 26.0)))
}

/// A thin bar that is filled from the left.
pub(super) fn progress_line(ui: &Ui, place: Rect, share: f32) {
    ui.painter().rect_filled(place, CornerRadius::same(1), RAISED);
    let done = Rect::from_min_size(place.min, vec2(place.width() * share, place.height()));
    ui.painter().rect_filled(done, CornerRadius::same(1), ACCENT);
}

/// A thin vertical line between groups.
pub(super) fn divider(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(9.0, 20.0), Sense::hover());
    ui.painter().vline(rect.center().x, rect.y_range(), Stroke::new(1.0, theme::EDGE));
}
