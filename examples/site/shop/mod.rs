//! The shop: the front page, the kites, the workshop.

use std::ops::RangeInclusive;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};

use crate::journal;
use crate::pages::Pages;

pub(crate) fn routes() -> Router<Pages> {
    Router::new()
        .route("/", get(home))
        .route("/kites", get(kites))
        .route("/kites.json", get(kites_as_json))
        .route("/kites/{slug}", get(kite))
        .route("/workshop", get(workshop))
}

/// What the wind gauge sends: `?wind=4`.
#[derive(Deserialize)]
struct Weather {
    #[serde(default = "gentle_breeze")]
    wind: u8,
}

fn gentle_breeze() -> u8 {
    3
}

impl Weather {
    fn context(&self) -> Value {
        let wind = self.wind.min(FORCES.len() as u8 - 1);
        let kites: Vec<_> = KITES.iter().map(|kite| kite.context(wind)).collect();
        let forces: Vec<_> = FORCES.iter().map(Force::context).collect();
        context! { wind, kites, forces }
    }
}

async fn home(State(pages): State<Pages>, Query(weather): Query<Weather>) -> Response {
    pages.show("shop/home.html", context! { posts => journal::latest(3), ..weather.context() })
}

async fn kites(State(pages): State<Pages>, Query(weather): Query<Weather>) -> Response {
    pages.show("shop/kites.html", weather.context())
}

async fn kites_as_json(Query(weather): Query<Weather>) -> Json<Vec<&'static Kite>> {
    Json(KITES.iter().filter(|kite| kite.wind.contains(&weather.wind)).collect())
}

async fn kite(State(pages): State<Pages>, Path(slug): Path<String>) -> Response {
    let Some(index) = KITES.iter().position(|kite| kite.slug == slug) else {
        return pages.not_found();
    };
    let [kite, next] = [index, index + 1].map(|at| KITES[at % KITES.len()].context(0));
    let forces: Vec<_> = FORCES.iter().map(Force::context).collect();
    pages.show("shop/kite.html", context! { kite, next, forces })
}

async fn workshop(State(pages): State<Pages>) -> Response {
    pages.show("shop/workshop.html", context! {})
}

#[derive(Serialize)]
struct Kite {
    slug: &'static str,
    name: &'static str,
    kind: &'static str,
    pitch: &'static str,
    about: &'static str,
    /// In forces of the Beaufort scale.
    wind: RangeInclusive<u8>,
    span: &'static str,
    sail: &'static str,
    spars: &'static str,
    euros: u32,
}

impl Kite {
    fn context(&self, wind: u8) -> Value {
        context! {
            slug => self.slug, name => self.name, kind => self.kind,
            pitch => self.pitch, about => self.about,
            from => *self.wind.start(), to => *self.wind.end(), aloft => self.wind.contains(&wind),
            span => self.span, sail => self.sail, spars => self.spars, euros => self.euros,
        }
    }
}

/// One force of the Beaufort scale, and how to tell it without an instrument.
struct Force {
    name: &'static str,
    sign: &'static str,
    speed: &'static str,
}

impl Force {
    fn context(&self) -> Value {
        context! { name => self.name, sign => self.sign, speed => self.speed }
    }
}

const FORCES: [Force; 8] = [
    Force { name: "Calm", sign: "Smoke goes straight up.", speed: "under 1 km/h" },
    Force { name: "Light air", sign: "Smoke leans, flags do not care.", speed: "1 to 5 km/h" },
    Force { name: "Light breeze", sign: "You feel it on your face.", speed: "6 to 11 km/h" },
    Force { name: "Gentle breeze", sign: "Leaves never quite rest.", speed: "12 to 19 km/h" },
    Force { name: "Moderate breeze", sign: "Sand and paper get up and walk.", speed: "20 to 28 km/h" },
    Force { name: "Fresh breeze", sign: "Small trees sway, hats leave.", speed: "29 to 38 km/h" },
    Force { name: "Strong breeze", sign: "Wires whistle.", speed: "39 to 49 km/h" },
    Force { name: "Near gale", sign: "Walking is an argument.", speed: "50 to 61 km/h" },
];

const KITES: [Kite; 6] = [
    Kite {
        slug: "moth",
        name: "Moth",
        kind: "Zero-wind glider",
        pitch: "For still evenings and sports halls.",
        about: "The Moth weighs less than a letter and flies on the wind you make by walking. Give it \
                line and it glides away; take line in and it climbs back over your head. It is the \
                quietest thing we sew.",
        wind: 0..=1,
        span: "1.10 m",
        sail: "Polyester film, 17 g/m²",
        spars: "Carbon rod, 1.5 mm",
        euros: 68,
    },
    Kite {
        slug: "curlew",
        name: "Curlew",
        kind: "Serpent",
        pitch: "A small head and four metres of tail.",
        about: "There is hardly any kite in a Curlew: a head the size of a tea tray, and behind it four \
                metres of tail that never draw the same line twice. It asks for little wind and no \
                skill, which makes it the kite that the whole beach ends up holding.",
        wind: 1..=4,
        span: "0.60 m, 4.20 m long",
        sail: "Ripstop polyester, 31 g/m²",
        spars: "Glass fibre, 3 mm",
        euros: 54,
    },
    Kite {
        slug: "skua",
        name: "Skua",
        kind: "Delta",
        pitch: "Goes up on a rumour of wind and stays.",
        about: "Loose wings spill what they cannot use, so a Skua forgives gusts that would tip a stiffer \
                kite. It climbs steeply, stands high above the hand and pulls just enough to tell you \
                that it is there. Tie it to the deckchair and read a book.",
        wind: 1..=4,
        span: "2.40 m",
        sail: "Ripstop nylon, 38 g/m²",
        spars: "Carbon tube, 5.5 mm",
        euros: 86,
    },
    Kite {
        slug: "wren",
        name: "Wren",
        kind: "Bowed diamond",
        pitch: "The first kite. Often the last one, too.",
        about: "Two sticks, four panels, a tail with nine bows: a kite as a child draws it. We bow the \
                cross spar so that it sits steady on the wind, and we sew the pocket at the nose twice, \
                because that is where first kites land.",
        wind: 2..=4,
        span: "0.90 m",
        sail: "Ripstop nylon, 38 g/m²",
        spars: "Ramin dowel, 6 mm",
        euros: 38,
    },
    Kite {
        slug: "heron",
        name: "Heron",
        kind: "Rokkaku",
        pitch: "Six corners, no tail, steady as furniture.",
        about: "A Japanese fighting kite that has given up fighting. Two bowed spars make it stable \
                without a tail, and the long bridle lets you trim it for the day: shorter at the top \
                when it blows, longer when it does not. It will lift a camera, or a line of lanterns.",
        wind: 2..=5,
        span: "1.60 m, 2.00 m tall",
        sail: "Ripstop nylon, 42 g/m²",
        spars: "Carbon tube, 6 mm",
        euros: 112,
    },
    Kite {
        slug: "gannet",
        name: "Gannet",
        kind: "Box kite",
        pitch: "For the days when the ferries stay in.",
        about: "Four longerons, two cells and nothing to go wrong. The Gannet needs a real wind to leave \
                the ground and then takes everything that comes. Wear gloves, fly it with a friend, and \
                anchor it to something that you do not own by the hour.",
        wind: 4..=7,
        span: "0.95 m, 1.20 m tall",
        sail: "Ripstop polyester, 48 g/m²",
        spars: "Spruce, 10 mm",
        euros: 134,
    },
];
