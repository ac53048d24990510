"""What pages of many kinds tell, and what on them is nobody's."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.prospecting.enrichment.emails import best, in_mailto, in_text, protected
from callout.features.prospecting.enrichment.found import Mention
from callout.features.prospecting.enrichment.linked_data import read_linked_data
from callout.features.prospecting.enrichment.next_pages import pages_to_read
from callout.features.prospecting.enrichment.reading_pages import read_page
from callout.features.prospecting.enrichment.social import chosen, profile_of
from callout.features.prospecting.enrichment.visiting import summed_up

PAGES = Path(__file__).parent / "pages"


def read(name, url):
    return read_page((PAGES / f"{name}.html").read_text("utf-8"), url)


def found(name, url, business="", country="US"):
    return summed_up([read(name, url)], url, name=business, country=country)


def emails(facts):
    return [mention.value for mention in facts.emails]


def test_structured_data_is_believed_first():
    told = found("restaurant", "https://www.copperlantern.example/", "Copper Lantern")
    assert (told.email, told.is_own) == ("hello@copperlantern.example", True)
    assert told.phone == "+15125550134"
    assert told.hours == {
        "mon": "11:00\u201315:00",
        "tue": "11:00\u201315:00, 17:00\u201322:00",
        "sun": "00:00\u201324:00",
    }
    assert told.social["facebook"] == "https://www.facebook.com/copperlanternatx"
    assert told.social["instagram"] == "https://www.instagram.com/copperlantern"
    assert told.social["whatsapp"] == "https://wa.me/15125550134"
    assert not {"x", "youtube"} & told.social.keys()


def test_reviews_in_structured_data_are_not_about_the_business():
    assert "guest@gmail.com" not in [
        each.value for each in read("restaurant", "https://a.example/").emails if each.where == "data"
    ]


def test_an_impressum_tells_the_practice_and_not_its_web_designer():
    url = "https://www.praxis-maier.example/impressum.html"
    told = found("impressum", url, "Praxis Maier", "DE")
    assert (told.email, told.phone) == ("praxis@praxis-maier.example", "+49895550123")
    assert "datenschutz@praxis-maier.example" in emails(read("impressum", url))


def test_pages_to_read_next_are_those_of_the_site_that_tell_most():
    url = "https://www.praxis-maier.example/"
    assert pages_to_read(read("impressum", url).links, url, 3) == [
        f"{url}kontakt/",
        f"{url}impressum.html",
        f"{url}ueber-uns",
    ]
    assert pages_to_read(read("impressum", url).links, url, 1) == [f"{url}kontakt/"]
    sakura = "https://sakura.example/"
    assert pages_to_read(read("japanese", sakura).links, sakura, 3) == [f"{sakura}toiawase", f"{sakura}gaiyo"]


@pytest.mark.parametrize(
    ("address", "label"),
    [("/contact-us", "x"), ("/x", "Contáctanos"), ("/kontakt.html", ""), ("/pages/contact", "..."), ("/x", "Über uns"),
     ("/x", "Связаться"), ("/x", "联系我们"), ("/x", "İletişim"), ("/a/mentions-legales", ""), ("/x", "Chi siamo")],
)  # fmt: skip
def test_contact_pages_are_known_in_many_languages(address, label):
    assert pages_to_read([(f"https://a.example{address}", label)], "https://a.example/", 3)


@pytest.mark.parametrize(
    ("address", "label"),
    [("https://b.example/contact", "Contact"), ("https://a.example/", "Contact"), ("https://a.example/#contact", "Contact"),
     ("https://a.example/contact.pdf", "Contact"), ("https://a.example/menu", "Menu"), ("https://a.example/contactless-payment", "Pay")],
)  # fmt: skip
def test_other_pages_are_not_read(address, label):
    assert pages_to_read([(address, label)], "https://a.example/", 3) == []


def test_addresses_hidden_by_a_content_network_are_read():
    assert set(emails(read("protected", "https://harbor.example/"))) == {"info@harbor.example", "hello@harbor.example"}
    assert protected("zz") == protected("") == protected("54") == ""


def test_a_template_tells_nothing():
    told = found("template", "https://shop.example/")
    assert told.is_empty, told


def test_small_businesses_use_free_mail_and_it_is_theirs():
    told = found("freemail", "https://annaben.example/", "Anna & Ben Bakery")
    assert (told.email, told.is_own) == ("anna.ben.bakery@gmail.com", False)
    assert told.social == {
        "facebook": "https://www.facebook.com/123456789012345",
        "instagram": "https://www.instagram.com/anna.ben.bakery",
        "whatsapp": "https://wa.me/13055550100",
        "telegram": "https://t.me/annaben",
        "tiktok": "https://www.tiktok.com/@annaben",
        "pinterest": "https://www.pinterest.com/annaben",
    }


def test_where_a_page_leads_on_is_told():
    assert read("frames", "https://a.example/").onward == [
        "https://a.example/en/home.html", "https://a.example/menu.html", "https://elsewhere.example/",
    ]  # fmt: skip


def test_full_width_signs_are_read():
    assert emails(read("japanese", "https://sakura.example/")) == ["info@sakura.example"]


def test_broken_pages_are_read_as_far_as_they_go():
    told = found("broken", "https://broken.example/")
    assert (told.email, told.phone) == ("info@broken.example", "+15125550199")
    assert told.hours == {
        "mon": "08:30\u201312:00, 14:00\u201318:00", "wed": "08:30\u201312:00", "thu": "08:30\u201312:00", "fri": "08:30\u201312:00",
        "sat": "10:00\u201316:00", "sun": "10:00\u201316:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mail info@foo.example today", "info@foo.example"), ("INFO@FOO.EXAMPLE.", "info@foo.example"),
        ("info [at] foo [dot] example", "info@foo.example"), ("info(at)foo.example", "info@foo.example"),
        ("info {at} foo {dot} co {dot} uk", "info@foo.co.uk"), ("info at foo dot example", "info@foo.example"), ("joe at bar dot com", "joe@bar.com"),
        ("info (arroba) foo (punto) example", "info@foo.example"), ("info<at>foo.example", "info@foo.example"),
        ("info @ foo.example", "info@foo.example"), ("first.last+x@sub.foo.example", "first.last+x@sub.foo.example"),
        ("info&#64;foo.example", "info@foo.example"), ("o'neil@foo.example", "o'neil@foo.example"),
    ],
)  # fmt: skip
def test_addresses_are_read_however_they_are_written(text, address):
    assert address in [each.value for each in in_text(text, site="foo.example")]


@pytest.mark.parametrize(
    "text",
    [
        "meet me at foo.example", "look at this dot here", "logo@2x.png", "a@b", "@handle", "you@example.com", "12:30@noon.",
        "5f1d7a84fd2b4a3c9e0b1a2c3d4e5f60@o1.ingest.sentry.io", "info @ other.example", "noreply@foo.example",
        "your.name@foo.example", "styles@1.2.3.css", "max.mustermann@foo.example", "a..b@foo.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_taken(text):
    assert list(in_text(text, site="foo.example")) == []


def test_links_to_write_name_everybody_they_go_to():
    link = "mailto:info@foo.example,%20sales@foo.example?subject=Hi&to=third@foo.example&cc=no@foo.example"
    assert [each.value for each in in_mailto(link)] == ["info@foo.example", "sales@foo.example", "third@foo.example"]


@pytest.mark.parametrize(
    ("mentions", "expected"),
    [
        (["jobs@foo.example", "eva@foo.example", "info@foo.example"], "info@foo.example"),
        (["info@agency.example", "foo@gmail.com"], "foo@gmail.com"),
        (["info@agency.example", "eva@mail.foo.example"], "eva@mail.foo.example"),
        (["privacy@foo.example", "foo@gmail.com"], "foo@gmail.com"),
        (["privacy@foo.example"], "privacy@foo.example"),
        (["b@foo.example", "a@foo.example"], "b@foo.example"),
        ([], None),
    ],
)  # fmt: skip
def test_the_address_that_reaches_the_business_is_chosen(mentions, expected):
    assert best([Mention(each, "text") for each in mentions], "foo.example")[0] == expected


@pytest.mark.parametrize(
    ("link", "profile"),
    [
        ("https://www.facebook.com/joes.diner/?ref=x", ("facebook", "https://www.facebook.com/joes.diner")),
        ("http://fb.com/joes", ("facebook", "https://www.facebook.com/joes")),
        ("https://de-de.facebook.com/p/Joes-100063/", ("facebook", "https://www.facebook.com/Joes-100063")),
        ("https://twitter.com/@joes", ("x", "https://x.com/joes")),
        ("https://x.com/joes/status/1", None), ("https://twitter.com/share?url=x", None), ("https://x.com/home", None),
        ("https://www.linkedin.com/company/joes/about/", ("linkedin", "https://www.linkedin.com/company/joes")),
        ("https://uk.linkedin.com/in/joe", ("linkedin", "https://www.linkedin.com/in/joe")),
        ("https://www.linkedin.com/shareArticle?url=x", None),
        ("https://youtube.com/channel/UC123/videos", ("youtube", "https://www.youtube.com/channel/UC123")),
        ("https://youtu.be/abc", None), ("https://www.instagram.com/p/abc/", None), ("https://www.instagram.com/", None),
        ("https://www.pinterest.de/joes/", ("pinterest", "https://www.pinterest.com/joes")),
        ("https://pinterest.com/pin/create/button/", None), ("https://www.tiktok.com/joes", None),
        ("whatsapp://send?phone=13055550100", ("whatsapp", "https://wa.me/13055550100")),
        ("https://wa.me/message/ABC", None), ("https://chat.whatsapp.com/ABC", None),
        ("https://www.threads.net/@joes", ("threads", "https://www.threads.net/@joes")),
        ("https://notfacebook.com/joes", None), ("https://facebook.com.evil.example/joes", None), ("ftp://x.com/joes", None),
        ("mailto:x@x.com", None), ("https://[", None), ("", None),
    ],
)  # fmt: skip
def test_links_lead_to_profiles_or_not(link, profile):
    assert profile_of(link) == profile


def test_of_several_profiles_the_one_like_the_business_is_chosen():
    profiles = [("linkedin", "https://www.linkedin.com/company/webmakers"), ("linkedin", "https://www.linkedin.com/company/joes-diner"),
                ("x", "https://x.com/first"), ("x", "https://x.com/second")]  # fmt: skip
    assert chosen(profiles, "Joe's Diner", "joesdiner.example") == {
        "linkedin": "https://www.linkedin.com/company/joes-diner", "x": "https://x.com/first",
    }  # fmt: skip


@pytest.mark.parametrize(
    "block", ["", "null", "[]", "{", '"x"', '{"@type": 5, "email": {"a": [1]}}', "[" * 5000, '{"openingHours": 7}']
)
def test_structured_data_of_any_shape_is_survived(block):
    told = read_linked_data([block])
    assert (told.emails, told.hours) == ([], None)


@given(st.text(max_size=2000))
def test_any_text_is_survived(text):
    read_page(text, "https://a.example/")
    list(in_text(text, site="a.example"))
    profile_of(text)


@given(st.emails(domains=st.sampled_from(["foo.example", "shop.foo.example"])))
def test_addresses_found_have_the_form_of_addresses(address):
    for mention in in_text(f"<{address}>", site="foo.example"):
        local, _, host = mention.value.partition("@")
        assert local
        assert host.endswith("foo.example")
