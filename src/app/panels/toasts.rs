//! Messages and long work under way, at the right above the prompt.

use super::panel_view::PanelView;
use super::parts::progress_line;
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, ACCENT, DONE, GAP, TEXT, TROUBLE};
use crate::author::Action;
use crate::author::session::{DialogAction, ExportAction, ExportWork};
use crate::author::toast::ToastKind;
use bevy_egui::egui::{Align, Align2, Area, CornerRadius, Id, Label, Layout, Order, Rect, RichText, Sense, Stroke, Ui, vec2};

const WIDTH: f32 = 340.0;

pub(super) fn toasts(ui: &mut Ui, view: &PanelView<'_>, free: Rect) -> Vec<Action> {
    let list = view.session.toasts().list();
    let mut actions = Vec::new();
    if list.is_empty() && view.session.exports().work().is_none() {
        return actions;
    }
    let corner = free.right_top() + vec2(-GAP, GAP);
    Area::new(Id::new("toasts")).order(Order::Foreground).pivot(Align2::RIGHT_TOP).fixed_pos(corner).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        if let Some(work) = view.session.exports().work() {
            actions.extend(work_card(ui, work));
        }
        for toast in list {
            let color = match toast.kind {
                ToastKind::Done => DONE,
                ToastKind::Warning => ACCENT,
                ToastKind::Error => TROUBLE,
            };
            ui.scope(|ui| {
                ui.set_opacity(toast.opacity());
                theme::card().stroke(Stroke::new(1.0, color.with_alpha(0.5))).show(ui, |ui| {
                    ui.horizontal_top(|ui| {
                        let (dot, _) = ui.allocate_exact_size(vec2(8.0, 20.0), Sense::hover());
                        ui.painter().rect_filled(Rect::from_center_size(dot.center(), vec2(4.0, 14.0)), CornerRadius::same(2), color);
                        ui.vertical(|ui| {
                            ui.set_width(WIDTH - 90.0);
                            ui.add(Label::new(RichText::new(sentence(&toast.text)).size(13.0).color(TEXT)).wrap());
                        });
                        if icon_button(ui, Icon::Close, "Dismiss", 22.0, Emphasis::Quiet).clicked() {
                            actions.push(Action::Dialog(DialogAction::Dismiss(toast.id)));
                        }
                    });
                });
            });
        }
    });
    actions
}

/// How far long work is, and a button to end it.
fn work_card(ui: &mut Ui, work: &ExportWork) -> Option<Action> {
    let (done, of) = work.progress();
    let frame = theme::card();
    let shown = frame.show(ui, |ui| {
        ui.set_width(WIDTH - 26.0);
        let cancel = ui.horizontal(|ui| {
            let text = if work.is_ending() { "Ending…".to_owned() } else { format!("{}: {done} of {of}", work.what()) };
            ui.label(RichText::new(text).size(13.0).color(TEXT));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                icon_button(ui, Icon::Close, "Cancel the export", 22.0, Emphasis::Quiet).clicked()
            })
            .inner
        });
        let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), 3.0), Sense::hover());
        progress_line(ui, line, done as f32 / of.max(1) as f32);
        cancel.inner
    });
    (shown.inner && !work.is_ending()).then_some(Action::Exports(ExportAction::CancelExport))
}

/// Messages begin in lower case, as causes do; on the screen they are sentences.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
