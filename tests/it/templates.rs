//! Every template engine says the same: the same tags, the same URLs, escaped where it escapes.

use askama::Template;
use maud::{Markup, html};
use staticfiles::templates::maud::StaticTags;
use staticfiles::{CollectOptions, Settings, StaticFiles};

use crate::support::Site;

mod filters {
    pub(crate) use staticfiles::templates::askama::*;
}

/// What a page with every tag becomes, or the text of the error that a person sees.
type Page = fn(&StaticFiles, &str) -> Result<String, String>;

const HTML: [(&str, Page); 4] =
    [("minijinja", minijinja_html), ("tera", tera_html), ("askama", askama_html), ("maud", maud_html)];

const TEXT: [(&str, Page); 3] = [("minijinja", minijinja_text), ("tera", tera_text), ("askama", askama_text)];

const MINIJINJA: &str = "\
{{ static(name) }}{% set url = static(name) %} {{ url }} \
{{ get_static_prefix() }}{% set prefix = get_static_prefix() %} {{ prefix }} {{ STATIC_URL }} \
{{ get_media_prefix() }}{% set prefix = get_media_prefix() %} {{ prefix }} {{ MEDIA_URL }}";

const TERA: &str = "\
{{ static(path=name) }}{% set url = static(path=name) %} {{ url }} \
{{ get_static_prefix() }}{% set prefix = get_static_prefix() %} {{ prefix }} {{ STATIC_URL }} \
{{ get_media_prefix() }}{% set prefix = get_media_prefix() %} {{ prefix }} {{ MEDIA_URL }}";

fn minijinja_html(static_files: &StaticFiles, name: &str) -> Result<String, String> {
    minijinja_page("page.html", static_files, name)
}

fn minijinja_text(static_files: &StaticFiles, name: &str) -> Result<String, String> {
    minijinja_page("page.txt", static_files, name)
}

fn minijinja_page(template: &str, static_files: &StaticFiles, name: &str) -> Result<String, String> {
    let mut env = minijinja::Environment::new();
    staticfiles::templates::minijinja::add_to_env(&mut env, static_files);
    env.add_template(template, MINIJINJA).expect("a template");
    let page = env.get_template(template).expect("it is there").render(minijinja::context! { name });
    page.map_err(|error| error.to_string())
}

fn tera_html(static_files: &StaticFiles, name: &str) -> Result<String, String> {
    tera_page("page.html", static_files, name)
}

fn tera_text(static_files: &StaticFiles, name: &str) -> Result<String, String> {
    tera_page("page.txt", static_files, name)
}

fn tera_page(template: &str, static_files: &StaticFiles, name: &str) -> Result<String, String> {
    let mut tera = tera::Tera::new();
    staticfiles::templates::tera::add_to_tera(&mut tera, static_files);
    tera.add_raw_template(template, TERA).expect("a template");
    let mut context = tera::Context::new();
    context.insert("name", name);
    tera.render(template, &context).map_err(|error| error.to_string())
}

/// One source for both: the extension decides about escaping.
macro_rules! askama_page {
    ($page:ident, $extension:literal) => {
        #[derive(Template)]
        #[template(
            ext = $extension,
            source = "{{ name|static(static_files) }}{% let url = name|static(static_files) %} {{ url }} \
                {{ static_files.static_url() }}{% let prefix = static_files.static_url() %} {{ prefix }} {{ prefix }} \
                {{ static_files.media_url() }}{% let prefix = static_files.media_url() %} {{ prefix }} {{ prefix }}"
        )]
        struct $page<'a> {
            static_files: &'a StaticFiles,
            name: &'a str,
        }
    };
}

askama_page!(AskamaHtml, "html");
askama_page!(AskamaText, "txt");

fn askama_html(static_files: &StaticFiles, name: &str) -> Result<String, String> {
    AskamaHtml { static_files, name }.render().map_err(|error| error.to_string())
}

fn askama_text(static_files: &StaticFiles, name: &str) -> Result<String, String> {
    AskamaText { static_files, name }.render().map_err(|error| error.to_string())
}

fn maud_html(static_files: &StaticFiles, name: &str) -> Result<String, String> {
    fn page(static_files: &StaticFiles, name: &str) -> staticfiles::Result<Markup> {
        let url = static_files.static_(name)?;
        let (prefix, media) = (static_files.get_static_prefix(), static_files.get_media_prefix());
        Ok(html! {
            (static_files.static_(name)?) " " (url) " " (prefix) " " (prefix) " " (static_files.static_url()) " "
            (media) " " (media) " " (media)
        })
    }
    page(static_files, name).map(Markup::into_string).map_err(|error| error.to_string())
}

/// A page with one spelling of each escape: engines have several for the same character.
fn spelled_alike(page: Result<String, String>) -> Result<String, String> {
    let spellings = [("&#38;", "&amp;"), ("&#x27;", "&#39;"), ("&#x2f;", "/")];
    page.map(|page| spellings.iter().fold(page, |page, (from, to)| page.replace(from, to)))
}

/// What all engines write for these URLs.
fn expected(url: &str, static_prefix: &str, media_prefix: &str) -> Result<String, String> {
    let three = |prefix: &str| [prefix; 3].join(" ");
    Ok(format!("{url} {url} {} {}", three(static_prefix), three(media_prefix)))
}

#[test]
fn all_engines_write_the_same_urls_escaped_where_they_escape() {
    // Static and media URL, name; URL and prefixes in HTML; URL and prefixes in other texts.
    #[rustfmt::skip]
    let rows = [
        ("/static/", "/media/", "css/app.css", ["/static/css/app.css", "/static/", "/media/"], None),
        ("static", "media", "css/app.css", ["/static/css/app.css", "/static/", "/media/"], None),
        ("https://cdn.example/s", "", "a b.css", ["https://cdn.example/s/a%20b.css", "https://cdn.example/s/", "/"], None),
        ("/static/", "/my files/é/", "é.css", ["/static/%C3%A9.css", "/static/", "/my%20files/%C3%A9/"], None),
        (
            "/static/", "/media/", "special?chars&quoted.html",
            ["/static/special?chars&amp;quoted.html", "/static/", "/media/"],
            Some(["/static/special?chars&quoted.html", "/static/", "/media/"]),
        ),
        (
            "/a&b/", "/it's/", "<b>\".css",
            ["/a&amp;b/%3Cb%3E%22.css", "/a&amp;b/", "/it&#39;s/"],
            Some(["/a&b/%3Cb%3E%22.css", "/a&b/", "/it's/"]),
        ),
    ];
    for (static_url, media_url, name, in_html, in_text) in rows {
        let settings = Settings::new().debug(true).static_url(static_url).media_url(media_url);
        let static_files = StaticFiles::new(settings).expect("settings");
        for (engines, [url, static_prefix, media_prefix]) in [(&HTML[..], in_html), (&TEXT, in_text.unwrap_or(in_html))]
        {
            for (engine, page) in engines {
                let expected = expected(url, static_prefix, media_prefix);
                assert_eq!(spelled_alike(page(&static_files, name)), expected, "{engine}: {name} below {static_url}");
            }
        }
    }
}

/// Static files of a site that was collected.
fn collected(site: &Site) -> StaticFiles {
    let settings = Settings::new().static_root(site.path("out")).dir(site.path("src")).debug(false);
    let static_files = StaticFiles::new(settings).expect("settings");
    static_files.collect(&CollectOptions::new(), &|_| {}).expect("collected");
    static_files.reload().expect("a manifest");
    static_files
}

#[test]
fn all_engines_write_hashed_names_in_release() {
    let site = Site::new().file("src/css/app.css", "a{}");
    let static_files = collected(&site);
    let url = format!("/static/{}?a=1&amp;b=2", site.stored("css/app.css"));
    for (engine, page) in HTML {
        let page = spelled_alike(page(&static_files, "css/app.css?a=1&b=2"));
        assert_eq!(page, expected(&url, "/static/", "/"), "{engine}");
    }
}

#[test]
fn a_missing_name_fails_the_render_and_the_text_names_the_nearest() {
    let site = Site::new().file("src/css/app.css", "a{}").file("src/css/map.css", "a{}");
    let static_files = collected(&site);
    let text = "`css/ap.css` is not in the manifest; did you mean one of `css/app.css`, `css/map.css`?";
    let in_minijinja = format!("invalid operation: {text} (in page.html:1)");
    // Below this line, Tera shows the line of the template.
    let in_tera = format!("error: {text}\n --> page.html:1:4\n");
    for ((engine, page), expected) in HTML.into_iter().zip([&*in_minijinja, &in_tera, text, text]) {
        let error = page(&static_files, "css/ap.css").expect_err("a missing name");
        assert_eq!(&error[..expected.len().min(error.len())], expected, "{engine}");
        assert!(engine == "tera" || error == expected, "{engine}: {error}");
    }
}

#[test]
fn a_tag_without_a_name_is_an_error() {
    let static_files = StaticFiles::new(Settings::new().debug(true)).expect("settings");
    let mut env = minijinja::Environment::new();
    staticfiles::templates::minijinja::add_to_env(&mut env, &static_files);
    let error = env.render_str("{{ static() }}", ()).expect_err("no name").to_string();
    assert!(error.starts_with("missing argument"), "{error}");

    let mut tera = tera::Tera::new();
    staticfiles::templates::tera::add_to_tera(&mut tera, &static_files);
    let error = tera.render_str("{{ static() }}", &tera::Context::new(), true).expect_err("no name").to_string();
    assert!(error.starts_with("error: Missing keyword argument `path`"), "{error}");
}
