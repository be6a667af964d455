"""Which listed song is the one that we look for, and which only looks like it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier.sources.matching import best_match, is_same
from classifier.sources.names import compact, plain
from classifier.sources.versions import read_title


@dataclass(frozen=True)
class Listed:
    """A song as a platform lists it."""

    title: str
    artist: str
    duration_ms: int | None = None


def listed(text: str, length: int | None = None) -> Listed:
    """Read "artist: title"; both may hold a dash."""
    artist, _, title = text.partition(": ")
    return Listed(title, artist, length)


# what we look for, and what is listed: the same recording
SAME = [
    # spelling: accents, ligatures, case, width
    ("Mira Vale: Über den Dächern", "MIRA VALE: Uber den Dachern"),
    ("Mira Vale: Über den Dächern", "Mira Vale: Ueber den Daechern"),
    ("Nordlys: Sørlandet", "Nordlys: Sorlandet"),
    ("Nordlys: Sørlandet", "Nordlys: Soerlandet"),
    ("Łucja Wąs: Żółw", "Lucja Was: Zolw"),
    ("Çağla Işık: Sıla", "Cagla Isik: SILA"),
    ("Encore: Œuvre d’ær", "Encore: Oeuvre d'aer"),
    ("The Files: Oﬃce ﬂoor", "The Files: Office floor"),
    ("Ｍｉｒａ Ｖａｌｅ: Ｌａｎｔｅｒｎ", "Mira Vale: Lantern"),
    ("Jose\u0301 Marin: Cafe\u0301", "José Marín: Café"),
    ("Straße: Weißer Fuß", "Strasse: Weisser Fuss"),
    ("Björk: Jóga", "Bjork: Joga"),
    ("Sigur Rós: Sæglópur", "Sigur Ros: Saeglopur"),
    ("Beyoncé: Déjà Vu", "BEYONCE: deja vu"),
    ("Motörhead: Ace of Spades", "Motorhead: Ace Of Spades"),
    ("Đorđe: Čačak", "Dorde: Cacak"),
    # dots, dashes, apostrophes, signs
    ("AC/DC: T.N.T.", "ACDC: TNT"),
    ("AC/DC: Thunderstruck", "AC DC: Thunderstruck"),
    ("R.E.M.: Losing My Religion", "REM: Losing my Religion"),
    ("P!nk: So What", "Pink: So What"),
    ("Ke$ha: TiK ToK", "Kesha: Tik Tok"),
    ("A$AP Rocky: Praise", "ASAP Rocky: Praise"),
    ("Ty Dolla $ign: Blase", "Ty Dolla Sign: Blasé"),
    ("$uicideboy$: Paris", "Suicideboys: Paris"),
    ("Panic! At The Disco: I Write Sins", "Panic At The Disco: I write sins"),
    ("will.i.am: Scream", "William: Scream"),
    ("Jay-Z: 99 Problems", "JAY Z: 99 Problems"),
    ("blink-182: Dammit", "Blink 182: Dammit"),
    ("Guns N’ Roses: Don’t Cry", "Guns N' Roses: Dont Cry"),
    ("Guns N' Roses: Patience", "Guns and Roses: Patience"),
    ("Night Owls: Rock 'n' Roll Train", "Night Owls: Rock N Roll Train"),
    ("Night Owls: It´s Late", "Night Owls: It's late"),
    ("Night Owls: Well-Tempered", "Night Owls: Well Tempered"),
    ("Cee Lo: F**k You", "Cee Lo: Fuck You"),
    ("Cee Lo: Sh*t Happens", "Cee Lo: Shit Happens"),
    ("!!!: Heart of Hearts", "!!!: Heart of Hearts"),
    ("Ed Sheeran: +", "Ed Sheeran: +"),
    # and, the
    ("Simon & Garfunkel: America", "Simon and Garfunkel: America"),
    ("Salz & Pfeffer: Küche", "Salz und Pfeffer: Küche"),
    ("Florence + the Machine: Shake It Out", "Florence And The Machine: Shake It Out"),
    ("Mira Vale: Me & You", "Mira Vale: Me and You"),
    ("The Beatles: Help!", "Beatles: Help"),
    ("The Beatles: Help!", "Beatles, The: Help!"),
    ("Die Ärzte: Schrei nach Liebe", "Ärzte, Die: Schrei nach Liebe"),
    ("The The: This Is the Day", "The The: This Is The Day"),
    ("Simon & Garfunkel: The Sound of Silence", "Simon & Garfunkel: Sound of Silence"),
    # guests and several artists
    ("Mira Vale: Lantern (feat. Jon Ash)", "Mira Vale: Lantern"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern feat. Jon Ash"),
    ("Mira Vale: Lantern [ft. Jon Ash]", "Mira Vale, Jon Ash: Lantern"),
    ("Mira Vale & Jon Ash: Lantern", "Mira Vale: Lantern (featuring Jon Ash)"),
    ("Mira Vale: Lantern (with Jon Ash)", "Mira Vale feat. Jon Ash: Lantern"),
    ("Mira Vale, Jon Ash: Lantern", "Jon Ash, Mira Vale: Lantern"),
    ("Mira Vale, Jon Ash: Lantern", "Jon Ash & Mira Vale: Lantern"),
    ("Mira Vale; Jon Ash; Kit: Lantern", "Kit / Mira Vale / Jon Ash: Lantern"),
    ("Mira Vale x Jon Ash: Lantern", "Mira Vale: Lantern"),
    ("Mira Vale vs. Jon Ash: Lantern", "Mira Vale, Jon Ash: Lantern"),
    ("J. S. Bach, Nora Quist: Prelude in C", "Nora Quist: Prelude in C"),
    ("Queen & David Bowie: Under Pressure", "Queen: Under Pressure"),
    ("Tyler, The Creator: See You Again", "Tyler, The Creator: See You Again (feat. Kali Uchis)"),
    ("Earth, Wind & Fire: September", "Earth Wind and Fire: September"),
    ("Prince & The Revolution: Kiss", "Prince: Kiss"),
    ("Nirvana: Lithium", "Nirvana (US): Lithium"),
    # words of the shop
    ("Mira Vale: Lantern", "Mira Vale: Lantern - Remastered 2011"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (2011 Remaster)"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern – 2009 Digital Remaster"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern - Remastered Version"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern - Mono"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (Stereo Version)"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (2019 Mix)"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern - Radio Edit"),
    ("Mira Vale: Lantern (Radio Edit)", "Mira Vale: Lantern"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (Single Version)"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern - Album Version"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (Original Mix)"),
    ("Mira Vale: Lantern", 'Mira Vale: Lantern (7" Version)'),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (Deluxe Edition)"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern [Bonus Track]"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (50th Anniversary Edition)"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern [Explicit]"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (Official Video)"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (Official Lyric Video) [HD]"),
    ("Mira Vale: Lantern", 'Mira Vale: Lantern (From "The Long Night")'),
    ("Mira Vale: Lantern", "Mira Vale: Lantern - From the Motion Picture The Long Night"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (The Long Night Original Soundtrack)"),
    ("Mira Vale: Lantern", "Mira Vale: Lantern (prod. by Kit)"),
    ("Mira Vale: Lantern - Remastered", "Mira Vale: Lantern (Mono) [2004 Remaster]"),
    # subtitles, parts
    ("The Stones: (I Can't Get No) Satisfaction", "The Stones: I Can’t Get No Satisfaction"),
    ("The Stones: (I Can't Get No) Satisfaction", "The Stones: Satisfaction"),
    ("Mira Vale: Lantern (Carry Me Home)", "Mira Vale: Lantern"),
    ("Mira Vale: (Carry Me Home)", "Mira Vale: Carry Me Home"),
    ("Mira Vale: Shine On, Pt. 2", "Mira Vale: Shine On (Part II)"),
    ("Mira Vale: Shine On (Part One)", "Mira Vale: Shine On, Pt. 1"),
    ("Mira Vale: Suite: Evening", "Mira Vale: Suite - Evening"),
    # the title asks for that very version
    ("Mira Vale: Lantern (Live at Red Rocks)", "Mira Vale: Lantern - Live At Red Rocks"),
    ("Mira Vale: Lantern (Live)", "Mira Vale: Lantern - Live at Red Rocks"),
    ("Mira Vale: Lantern (Acoustic)", "Mira Vale: Lantern - Acoustic Version"),
    ("Mira Vale: Lantern Acoustic", "Mira Vale: Lantern (Acoustic)"),
    ("Mira Vale: Lantern (Kit Remix)", "Mira Vale: Lantern - Kit Remix"),
    ("Mira Vale: Lantern (Kit's Extended Mix)", "Mira Vale: Lantern (Kits Extended Mix)"),
    ("Mira Vale: Lantern (Sped Up)", "Mira Vale: Lantern - sped up version"),
    ("Mira Vale: Lantern (Slowed + Reverb)", "Mira Vale: Lantern (slowed and reverb)"),
    ("Mira Vale: Lantern (Mira's Version)", "Mira Vale: Lantern [Mira’s Version]"),
    ("Mira Vale: Lantern - Live / Remastered 2011", "Mira Vale: Lantern (Live)"),
    # words in names that are no versions
    ("Owl City: Long Live", "Owl City: Long Live"),
    ("Wings: Live and Let Die", "Wings: Live And Let Die"),
    ("Drake: Karaoke", "Drake: Karaoke"),
    ("The Covers: Under Cover", "Covers: Under Cover"),
    # scripts
    ("Кино: Группа крови", "Kino: Gruppa krovi"),
    ("Земфира: Хочешь?", "Zemfira: Hochesh?"),
    ("Чайковский: Щелкунчик", "Tchaikovsky: Щелкунчик"),
    ("Μίκης Θεοδωράκης: Όμορφη πόλη", "Mikis Theodorakis: Omorfi poli"),
    ("方大同: 爱爱爱", "方大同: 爱爱爱"),
    ("YOASOBI: アイドル", "YOASOBI: アイドル (Idol)"),
    ("YOASOBI: アイドル (Idol)", "YOASOBI: Idol"),
    ("ＹＯＡＳＯＢＩ: ｱｲﾄﾞﾙ", "Yoasobi: アイドル"),
]

# looks like it, and is another recording
OTHER = [
    # versions, in brackets, after a dash, without either
    *(
        ("Mira Vale: Lantern", f"Mira Vale: Lantern {version}")
        for version in (
            *("(Live)", "- Live", "- Live at Red Rocks, 2014", "[Live from Paris]", "(En Vivo)"),
            *(
                "- Ao Vivo",
                "(MTV Unplugged)",
                "(BBC Session)",
                "(Live / Remastered)",
                "(Live 1986)",
            ),
            *("(Karaoke Version)", "- Karaoke", "(Sing Along)", "(In the Style of Mira Vale)"),
            *("(Originally Performed by Mira Vale)", "Karaoke Version", "(Backing Track)"),
            *("(Instrumental)", "- Instrumental", "(Inst.)", "(Off Vocal)", "(Piano Version)"),
            *("(Orchestral Version)", "(A Cappella)", "(Acapella)", "(Music Box)", "[8-Bit]"),
            *("(Tribute to Mira Vale)", "(Cover)", "(Mira Vale Cover)", "- Cover Version"),
            *("(Acoustic)", "- Acoustic", "(Akustik Version)", "(Stripped)", "(Acústico)"),
            *("(Demo)", "- 1994 Demo", "(Rough Mix)", "(Alternate Take)", "(Take 3)"),
            *("(Outtake)", "(Rehearsal)", "(Home Recording)"),
            *("(Sped Up)", "- sped up", "(Nightcore)", "(Slowed)", "(slowed + reverb)"),
            *("(8D Audio)", "[8D]", "(Bass Boosted)", "(Lo-Fi)", "(1 Hour)", "(432 Hz)"),
            *("(Remix)", "- Kit Remix", "(Kit Edit)", "(Kit Mix)", "(Club Mix)", "- Dub", "(VIP)"),
            *("[Kit Bootleg]", "(Kit Rework)", "(Mash-Up)", "(Extended Mix)", '(12" Mix)'),
            *("(Mira’s Version)", "(Re-recorded)", "(French Version)", "(Deutsche Fassung)"),
            *("(Reimagined)", "(Performed by Kit)", "(2x Speed)", "[Phonk]", "/ Live", ": Live"),
            *("(Reprise)", "(Interlude)", "- Intro", "(TV Size)", "(カラオケ)", "(ライブ)"),
            *("-Live-", "~Acoustic~", "【Live】", "（Remix）"),
        )
    ),
    # another version than the one that is looked for
    ("Mira Vale: Lantern (Live)", "Mira Vale: Lantern"),
    ("Mira Vale: Lantern (Acoustic)", "Mira Vale: Lantern (Acoustic Live)"),
    ("Mira Vale: Lantern (Kit Remix)", "Mira Vale: Lantern (Jon Remix)"),
    ("Mira Vale: Lantern (Live at Red Rocks)", "Mira Vale: Lantern (Live at Wembley)"),
    ("Mira Vale: Lantern (Sped Up)", "Mira Vale: Lantern (Slowed)"),
    ("Mira Vale: Lantern (French Version)", "Mira Vale: Lantern (German Version)"),
    # another song
    ("Mira Vale: Lantern", "Mira Vale: Lanterns of Home"),
    ("Mira Vale: Long", "Mira Vale: Long Live"),
    ("Mira Vale: Song 1", "Mira Vale: Song 2"),
    ("Mira Vale: Shine On (Part 1)", "Mira Vale: Shine On (Part 2)"),
    ("Mira Vale: Shine On", "Mira Vale: Shine On (Part 2)"),
    ("Mira Vale: Symphony No. 5", "Mira Vale: Symphony No. 6"),
    ("Mira Vale: Suite - Morning", "Mira Vale: Suite - Evening"),
    ("Mira Vale: Lantern (Carry Me)", "Mira Vale: Lantern (Leave Me)"),
    ("Mira Vale: Lover", "Mira Vale: Loser"),
    ("東京: 東京", "Tokyo: Paris"),
    ("Кино: Группа крови", "Kino: Zvezda po imeni Solntse"),
    # other artists
    ("The Beatles: Hello", "The Rolling Stones: Hello"),
    ("Simon and Garfunkel: America", "Hall and Oates: America"),
    ("The Who: My Generation", "The Guess Who: My Generation"),
    ("Belle and Sebastian: Home", "Sebastian: Home"),
    ("Paul Simon: America", "Paul McCartney: America"),
    ("Queen: Under Pressure", "Queen Tribute Band: Under Pressure"),
    ("Queen: Under Pressure", "Karaoke Queen: Under Pressure"),
    ("Mira Vale: Lantern", "Jon Ash: Lantern"),
    ("Mira Vale: Lantern", ": Lantern"),
    (": Lantern", "Karaoke Hits: Lantern"),
    (": Lantern", "Mira Vale Tribute Band: Lantern"),
    ("Mira Vale: Lantern (feat. Jon)", "Mira Vale: Lantern (feat. Kit)"),
    ("Mira Vale & Jon Ash: Lantern", "Jon Ash & Kit: Lantern"),
    ("Die Toten Hosen: Alles", "Die Ärzte: Alles"),
    ("DJ Kit: Lantern", "DJ Jon: Lantern"),
    ("Los Lobos: Noche", "Los Gatos: Noche"),
]


@pytest.mark.parametrize(("wanted", "found"), SAME)
def test_the_same_song_is_found_however_it_is_written(wanted: str, found: str) -> None:
    assert is_same(listed(wanted), listed(found))
    assert is_same(listed(wanted, 200_000), listed(found, 202_000))


@pytest.mark.parametrize(("wanted", "found"), OTHER)
def test_another_recording_is_not_taken_for_it(wanted: str, found: str) -> None:
    assert not is_same(listed(wanted), listed(found))
    assert not is_same(listed(wanted, 200_000), listed(found, 200_000))


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (200_000, 203_000, 1),
        (200_000, 196_999, 0),
        (200_000, 320_000, 0),
        (None, 320_000, 1),
        (200_000, 0, 1),  # a shop's way to say that it does not know
    ],
)
def test_the_length_decides_within_three_seconds(
    first: int | None, second: int | None, found: int
) -> None:
    wanted = listed("Mira Vale: Lantern", first)
    assert is_same(wanted, listed("Mira Vale: Lantern - Radio Edit", second)) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Mira Vale: Favourite Colours", "Mira Vale: Favorite Colors"),
        ("Mira Vale: Bohemian Rapsody", "Mira Vale: Bohemian Rhapsody"),
    ],
)
def test_a_slip_of_the_pen_passes_only_where_the_length_agrees(wanted: str, found: str) -> None:
    assert is_same(listed(wanted, 200_000), listed(found, 201_000))
    assert not is_same(listed(wanted), listed(found))


def test_the_same_title_and_the_nearest_length_are_taken_first() -> None:
    wanted = listed("Mira Vale: Lantern", 200_000)
    near = listed("Mira Vale: Lantern", 200_500)
    others = [
        listed("Mira Vale: Lantern (Live)", 200_000),
        listed("Mira Vale: Lantern - Remastered 2011", 200_000),
        listed("Mira Vale: Lantern", 202_000),
    ]
    assert best_match(wanted, [*others, near]) is near
    assert best_match(wanted, others[:2]) is others[1]
    assert best_match(wanted, others[:1]) is None


names = st.text(min_size=1, max_size=40)


@given(title=names, artist=names)
def test_every_song_is_the_same_as_itself(title: str, artist: str) -> None:
    song = Listed(title, artist, 1000)
    assert is_same(song, replace(song))


@given(one=names, other=names)
def test_which_of_two_is_looked_for_makes_no_difference(one: str, other: str) -> None:
    first, second = Listed(one, "Mira Vale"), Listed(other, "Mira Vale")
    assert is_same(first, second) is is_same(second, first)


@given(text=names)
@example(text="0:N:0")
@example(text="Rock:N:Roll")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert compact(text) or not text.strip()
    read_title(text)
