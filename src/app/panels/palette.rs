//! The command palette: everything that can be done, found by some letters of its name, with the keyboard alone.

use super::panel_view::PanelView;
use super::parts::faint;
use crate::app::theme::{self, ACCENT, EDGE, RAISED, SUNKEN, TEXT, TEXT_FAINT, TEXT_SOFT};
use crate::author::Action;
use crate::author::key_bindings;
use crate::author::session::DialogAction;
use bevy_egui::egui::{
    Align2, CornerRadius, Event, EventFilter, Frame, Id, Key, Margin, RichText, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo,
    WidgetType, vec2,
};

const WIDTH: f32 = 480.0;
const ROW_HEIGHT: f32 = 28.0;
/// Rows that are in sight at once.
const ROWS: f32 = 11.0;

pub(super) fn palette(ui: &mut Ui, view: &PanelView<'_>, written: &str) -> Vec<Action> {
    ui.set_width(WIDTH);
    let mut actions = Vec::new();
    let found = key_bindings::found(view.session, written);
    let place = Id::new("palette place");
    let before: usize = ui.data(|data| data.get_temp(place)).unwrap_or(0);
    let step = steps(ui);
    let mut chosen = before.saturating_add_signed(step).min(found.len().saturating_sub(1));

    let mut text = written.to_owned();
    let frame = Frame::new().fill(SUNKEN.color()).stroke(Stroke::new(1.0, EDGE)).corner_radius(8).inner_margin(Margin::symmetric(12, 9));
    let hint = RichText::new("What to do?").color(TEXT_FAINT);
    // Arrows walk through the list, and Enter is looked at here.
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: false, escape: false, tab: false };
    let field = TextEdit::singleline(&mut text).id(Id::new("palette")).hint_text(hint).desired_width(f32::INFINITY).frame(frame);
    let response = ui.add(field.event_filter(filter));
    if !response.has_focus() && !response.lost_focus() {
        response.request_focus();
    }
    if response.changed() {
        chosen = 0;
        actions.push(Action::Dialog(DialogAction::PaletteWords(text)));
    }
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    ui.add_space(4.0);
    ScrollArea::vertical().max_height(ROWS * ROW_HEIGHT).auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (row, (command, action)) in found.iter().enumerate() {
            let (place, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
            let is_chosen = row == chosen;
            response.widget_info(|| WidgetInfo::selected(WidgetType::Button, true, is_chosen, command.name));
            if is_chosen || response.hovered() {
                let fill = if is_chosen { RAISED.color() } else { RAISED.with_alpha(0.5) };
                ui.painter().rect_filled(place, CornerRadius::same(7), fill);
            }
            if is_chosen && step != 0 {
                response.scroll_to_me(None);
            }
            let color = if is_chosen { TEXT } else { TEXT_SOFT };
            ui.painter().text(
                place.left_center() + vec2(12.0, 0.0),
                Align2::LEFT_CENTER,
                command.name,
                theme::regular(13.5),
                color.color(),
            );
            let color = if is_chosen { ACCENT } else { TEXT_FAINT };
            ui.painter().text(
                place.right_center() - vec2(12.0, 0.0),
                Align2::RIGHT_CENTER,
                command.key(),
                theme::regular(12.0),
                color.color(),
            );
            if response.clicked() || (entered && is_chosen) {
                actions.extend([Action::Dialog(DialogAction::CloseDialog), action.clone()]);
            }
        }
        if found.is_empty() {
            ui.label(faint("nothing is called that"));
        }
    });
    ui.data_mut(|data| data.insert_temp(place, chosen));
    actions
}

/// Down and up, as often as the arrows were pressed.
fn steps(ui: &Ui) -> isize {
    let step = |event: &Event| match event {
        Event::Key { key: Key::ArrowDown, pressed: true, .. } => 1,
        Event::Key { key: Key::ArrowUp, pressed: true, .. } => -1,
        _ => 0,
    };
    ui.input(|input| input.events.iter().map(step).sum())
}
