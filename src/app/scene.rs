//! What the session wants to be seen, as the stage takes it.

use super::session::Session;
use crate::motion::{Joint, Pose};
use crate::stage::{Actor, Look, Shown};
use glam::Quat;

/// Writes what is to be seen at a time. Called every frame: what `shown` has allocated is used again.
pub fn fill(shown: &mut Shown, session: &Session, now_secs: f32) {
    shown.actors.clear();
    shown.figure = session.figure;
    let solid = |pose| Actor { pose, look: Look::Solid };
    match session.row() {
        Some(row) => shown.actors.extend(row.members.iter().map(|member| solid(member.pose_at(now_secs)))),
        None => shown.actors.push(solid(session.pose_at(now_secs).unwrap_or_else(relaxed))),
    }
    shown.abreast = session.row().and_then(|row| row.abreast());
}

/// How the character stands before there is a motion: arms down, at ease.
fn relaxed() -> Pose {
    let mut pose = Pose::REST;
    for (side, collar, shoulder, elbow) in
        [(1.0, Joint::LCollar, Joint::LShoulder, Joint::LElbow), (-1.0, Joint::RCollar, Joint::RShoulder, Joint::RElbow)]
    {
        pose.local[collar as usize] = Quat::from_rotation_z(side * -0.10);
        pose.local[shoulder as usize] = Quat::from_rotation_z(side * -1.18);
        pose.local[elbow as usize] = Quat::from_rotation_y(side * -0.22);
    }
    pose
}
