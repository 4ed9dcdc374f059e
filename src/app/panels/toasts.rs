//! Messages, at the right above the prompt.

use super::View;
use crate::app::Action;
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, ACCENT, DONE, GAP, TEXT, TROUBLE};
use crate::app::toast::ToastKind;
use bevy_egui::egui::{Align2, Area, CornerRadius, Id, Label, Order, Rect, RichText, Sense, Stroke, Ui, vec2};

const WIDTH: f32 = 340.0;

pub(super) fn toasts(ui: &mut Ui, view: &View<'_>, free: Rect) -> Vec<Action> {
    let list = view.session.toasts.list();
    let mut actions = Vec::new();
    if list.is_empty() {
        return actions;
    }
    let corner = free.right_top() + vec2(-GAP, GAP);
    Area::new(Id::new("toasts")).order(Order::Foreground).pivot(Align2::RIGHT_TOP).fixed_pos(corner).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        for toast in list {
            let color = match toast.kind {
                ToastKind::Done => DONE,
                ToastKind::Warning => ACCENT,
                ToastKind::Error => TROUBLE,
            };
            ui.scope(|ui| {
                ui.set_opacity(toast.opacity());
                theme::card().stroke(Stroke::new(1.0, color.gamma_multiply(0.5))).show(ui, |ui| {
                    ui.horizontal_top(|ui| {
                        let (dot, _) = ui.allocate_exact_size(vec2(8.0, 20.0), Sense::hover());
                        ui.painter().rect_filled(Rect::from_center_size(dot.center(), vec2(4.0, 14.0)), CornerRadius::same(2), color);
                        ui.vertical(|ui| {
                            ui.set_width(WIDTH - 90.0);
                            ui.add(Label::new(RichText::new(sentence(&toast.text)).size(13.0).color(TEXT)).wrap());
                        });
                        if icon_button(ui, Icon::Close, "Dismiss", 22.0, Emphasis::Quiet).clicked() {
                            actions.push(Action::Dismiss(toast.id));
                        }
                    });
                });
            });
        }
    });
    actions
}

/// Messages begin in lower case, as causes do; on the screen they are sentences.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
