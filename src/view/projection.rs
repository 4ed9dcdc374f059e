//! Where the world is in the picture.

use glam::{Mat4, Vec2, Vec3};

/// How a camera sees the world. A place in the picture is a share of its width and height, from the upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Projection {
    clip_from_world: Mat4,
}

impl Projection {
    /// Of a camera with this matrix, whose depth is 1 at the near plane and less beyond.
    #[must_use]
    pub fn new(clip_from_world: Mat4) -> Self {
        Self { clip_from_world }
    }

    /// Where a place of the world is in the picture; none behind the camera.
    #[must_use]
    pub fn place(&self, world_m: Vec3) -> Option<Vec2> {
        let clip = self.clip_from_world * world_m.extend(1.0);
        (clip.w > 1e-4).then(|| Vec2::new(0.5 + 0.5 * clip.x / clip.w, 0.5 - 0.5 * clip.y / clip.w))
    }

    /// What is seen at a place of the picture: a point, and the direction away from the camera.
    #[must_use]
    pub fn ray(&self, place: Vec2) -> (Vec3, Vec3) {
        let world_from_clip = self.clip_from_world.inverse();
        let at = |depth: f32| world_from_clip.project_point3(Vec3::new(2.0 * place.x - 1.0, 1.0 - 2.0 * place.y, depth));
        let near = at(1.0);
        (near, (at(0.5) - near).normalize_or_zero())
    }

    /// The place (x, z) of the floor that is seen there, metres; none above the horizon.
    #[must_use]
    pub fn floor_m(&self, place: Vec2) -> Option<Vec2> {
        let (from, ahead) = self.ray(place);
        let at = self.on_plane(place, Vec3::ZERO, Vec3::Y).filter(|_| from.y * ahead.y < 0.0)?;
        Some(Vec2::new(at.x, at.z))
    }

    /// What is seen there of the plane through a point with this normal; none where it is behind the camera or seen from its edge.
    #[must_use]
    pub fn on_plane(&self, place: Vec2, through_m: Vec3, normal: Vec3) -> Option<Vec3> {
        let (from, ahead) = self.ray(place);
        let along = (through_m - from).dot(normal) / ahead.dot(normal);
        (along.is_finite() && along > 0.0).then(|| from + along * ahead)
    }

    /// The place on the line through a point in a direction of length 1 that is nearest to what is seen there.
    #[must_use]
    pub fn on_line(&self, place: Vec2, through_m: Vec3, direction: Vec3) -> Option<Vec3> {
        let (from, ahead) = self.ray(place);
        let cross = ahead.dot(direction);
        let away = through_m - from;
        let along = (cross * away.dot(ahead) - away.dot(direction)) / (1.0 - cross * cross);
        // Along a line that points at the camera no place can be told.
        (1.0 - cross * cross > 1e-3 && along.is_finite()).then(|| through_m + along * direction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::vec3;

    fn camera() -> Projection {
        let eye = Mat4::look_at_rh(vec3(2.0, 1.5, 4.0), vec3(0.0, 1.0, 0.0), Vec3::Y);
        Projection::new(Mat4::perspective_infinite_reverse_rh(0.6, 1.6, 0.1) * eye)
    }

    #[test]
    fn what_is_seen_at_a_place_is_what_is_there() {
        let camera = camera();
        for point in [vec3(0.0, 1.0, 0.0), vec3(-0.7, 0.0, 0.4), vec3(0.5, 1.8, -1.0)] {
            let place = camera.place(point).expect("in front");
            let (from, ahead) = camera.ray(place);
            assert!((point - from).normalize().distance(ahead) < 1e-3);
            assert!(camera.on_plane(place, point, Vec3::X).expect("there").distance(point) < 1e-3);
            assert!(camera.on_line(place, point + 0.3 * Vec3::Y, Vec3::Y).expect("there").distance(point) < 1e-3);
        }
        assert!(camera.place(vec3(0.5, 1.0, -0.0)).expect("right").x > camera.place(vec3(-0.5, 1.0, 0.0)).expect("left").x);
        assert!(camera.place(vec3(0.0, 2.0, 0.0)).expect("up").y < camera.place(vec3(0.0, 1.0, 0.0)).expect("down").y);
        assert_eq!(camera.place(vec3(4.0, 2.0, 9.0)), None);
    }

    #[test]
    fn the_floor_ends_at_the_horizon() {
        let camera = camera();
        let place = camera.place(vec3(0.6, 0.0, -0.8)).expect("in front");
        assert!(camera.floor_m(place).expect("floor").distance(Vec2::new(0.6, -0.8)) < 1e-3);
        assert_eq!(camera.floor_m(Vec2::new(0.5, 0.0)), None);
    }
}
