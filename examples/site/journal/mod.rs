//! The journal: notes from the workshop. The text of a note is a template of the note's name.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use minijinja::{Value, context};

use crate::pages::Pages;

pub(crate) fn routes() -> Router<Pages> {
    Router::new().route("/journal", get(posts)).route("/journal/{slug}", get(post))
}

/// The newest notes, for a front page.
pub(crate) fn latest(count: usize) -> Vec<Value> {
    POSTS.iter().take(count).map(Post::context).collect()
}

async fn posts(State(pages): State<Pages>) -> Response {
    pages.show("journal/posts.html", context! { posts => latest(POSTS.len()) })
}

async fn post(State(pages): State<Pages>, Path(slug): Path<String>) -> Response {
    let Some(index) = POSTS.iter().position(|post| post.slug == slug) else {
        return pages.not_found();
    };
    let [post, next] = [index, index + 1].map(|at| POSTS[at % POSTS.len()].context());
    pages.show("journal/post.html", context! { post, next })
}

struct Post {
    slug: &'static str,
    title: &'static str,
    standfirst: &'static str,
    /// Of publication, as in `<time datetime>`, and as people write it.
    date: (&'static str, &'static str),
    alt: &'static str,
}

impl Post {
    fn context(&self) -> Value {
        let (datetime, date) = self.date;
        context! {
            slug => self.slug, title => self.title, standfirst => self.standfirst,
            datetime, date, alt => self.alt,
        }
    }
}

/// Newest first.
const POSTS: [Post; 4] = [
    Post {
        slug: "washing-line",
        title: "What the washing line knows",
        standfirst: "You can tell the wind to within one force before you leave the house. All it takes is a \
                     window and somebody else’s laundry.",
        date: ("2026-10-18", "18 October 2026"),
        alt: "Shirts and a towel blown sideways on a washing line",
    },
    Post {
        slug: "six-corners",
        title: "Six corners and no tail",
        standfirst: "A diamond without a tail spins into the ground. A rokkaku without a tail simply stands \
                     there. The difference is a length of string.",
        date: ("2026-09-02", "2 September 2026"),
        alt: "A hexagonal kite with two bowed spars and a bridle of four legs",
    },
    Post {
        slug: "larks-head",
        title: "One knot is enough",
        standfirst: "Every kite we sell leaves with the same knot at the end of its bridle. It holds forty \
                     kilos and opens with a thumbnail.",
        date: ("2026-06-27", "27 June 2026"),
        alt: "A loop of line folded over another line in a lark’s head",
    },
    Post {
        slug: "torn-sail",
        title: "A torn sail, a car park, ten minutes",
        standfirst: "Ripstop is woven so that a hole stays a hole. That leaves you time to finish the afternoon \
                     first and mend it afterwards.",
        date: ("2026-05-09", "9 May 2026"),
        alt: "A round patch on a tear in a grid of threads",
    },
];
