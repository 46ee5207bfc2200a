//! The prepared form of a large catalogue: what reading its CSV gives, to be read again in a fraction of the time.
//!
//! It lies beside `songs.csv` and is nobody's to edit: made when a large catalogue is first read, used only while the
//! SHA-256 of both source files is the one it was made of, and made again when it is not, or when its own sum says that
//! it is damaged. A catalogue beside which nothing can be written opens all the same, only slower. It is no place to get
//! songs past the checks of `load.rs`: whoever can write it can write the CSV.
//!
//! The bytes: a line that names the format, a line with the sources' SHA-256 in hexadecimal, the numbers of artists and
//! songs, every artist's name, every song, the songs' order by identifier, and the SHA-256 of all that. Numbers are
//! little-endian; a text is its length in bytes as a `u32`, then UTF-8; what is missing is the greatest number of its
//! kind, and not a number for an audio feature. The number in the first line rises whenever any of this does, or what
//! reading a CSV makes of it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use compact_str::CompactString;
use sha2::{Digest, Sha256};

use super::audio::{Audio, AudioFeature};
use super::credits::ArtistId;
use super::song::{Artist, CampaignId, GenreId, Song, SongId};
use super::songs::Songs;
use crate::output::{Draft, Kind, Mark, may_replace};

const FORMAT: &str = "melody prepared catalogue 1\n";
const KIND: Kind =
    Kind { name: "prepared catalogue", mark: Mark::Line("melody prepared catalogue") };
/// Bytes that are read or written at once.
const BLOCK: usize = 1 << 18;
const SUM: u64 = 32;
/// Of a song: what has no length of its own.
const FIXED: usize = 19 + 4 * AudioFeature::COUNT;

/// The songs and artists of a prepared catalogue with so many genres and campaigns; none if there is none, if it was not
/// made of these `sources` (a SHA-256 in hexadecimal), or if it is damaged in any way.
pub(super) fn read(
    path: &Path,
    sources: &str,
    (genres, campaigns): (usize, usize),
) -> Option<(Songs, Vec<Artist>)> {
    let file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len().checked_sub(SUM)?;
    let mut reader = Reader(BufReader::with_capacity(BLOCK, Summed::of((&file).take(length))));
    if reader.bytes(FORMAT.len())? != FORMAT.as_bytes() {
        return None;
    }
    let (made_of, end) = (reader.bytes(64)?, reader.bytes(1)?);
    if end != b"\n" || made_of != sources.as_bytes() {
        return None;
    }
    let numbers = [reader.u32()?, reader.u32()?];
    // A damaged number must not ask for more memory than such a file could fill.
    if numbers.iter().any(|&number| u64::from(number) > length / 4) {
        return None;
    }
    let artists = (0..numbers[0]).map(|_| Some(Artist { name: reader.text()? }));
    let artists: Vec<Artist> = artists.collect::<Option<_>>()?;
    let mut songs = Vec::with_capacity((numbers[1] as usize).min(length as usize / FIXED));
    for _ in 0..numbers[1] {
        songs.push(reader.song()?);
    }
    let by_id: Vec<SongId> =
        (0..numbers[1]).map(|_| reader.u32().map(SongId)).collect::<Option<_>>()?;
    let summed = reader.sum()?;
    let mut sum = [0; SUM as usize];
    (&file).seek(SeekFrom::Start(length)).ok()?;
    (&file).read_exact(&mut sum).ok()?;
    let known = |song: &Song| {
        usize::from(song.genre.0) < genres
            && song.campaign.is_none_or(|campaign| usize::from(campaign.0) < campaigns)
            && !song.artists.is_empty()
            && song.artists.iter().all(|artist| artist.0 < numbers[0])
    };
    let whole = summed == sum
        && songs.iter().all(known)
        && by_id.iter().all(|song| song.index() < songs.len());
    whole.then(|| (Songs::ordered(songs, by_id), artists))
}

/// Writes the prepared form of what was read from `sources`.
///
/// # Errors
/// When something else is there, when another program is at it, or when the disk refuses.
pub(super) fn write(
    path: &Path,
    sources: &str,
    songs: &Songs,
    artists: &[Artist],
) -> Result<(), String> {
    may_replace(path, KIND, &[])?;
    let mut draft = Draft::begin(path)?;
    let told = |error: io::Error| format!("{}: {error}", path.display());
    let sum = body(&mut draft, sources, songs, artists).map_err(told)?;
    draft.write_all(&sum).map_err(told)?;
    draft.commit()
}

fn body(
    draft: &mut Draft,
    sources: &str,
    songs: &Songs,
    artists: &[Artist],
) -> io::Result<[u8; SUM as usize]> {
    let mut out = BufWriter::with_capacity(BLOCK, Summed::of(draft));
    writeln!(out, "{FORMAT}{sources}")?;
    for number in [artists.len(), songs.len()] {
        out.write_all(&(number as u32).to_le_bytes())?;
    }
    for artist in artists {
        text(&mut out, &artist.name)?;
    }
    for song in songs {
        write_song(&mut out, song)?;
    }
    for song in songs.by_id() {
        out.write_all(&song.0.to_le_bytes())?;
    }
    let summed = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(summed.sum.finalize().into())
}

fn write_song(out: &mut impl Write, song: &Song) -> io::Result<()> {
    out.write_all(&song.genre.0.to_le_bytes())?;
    out.write_all(&song.campaign.map_or(u16::MAX, |campaign| campaign.0).to_le_bytes())?;
    out.write_all(&song.year.unwrap_or(u16::MAX).to_le_bytes())?;
    out.write_all(&song.duration_ms.to_le_bytes())?;
    out.write_all(&song.popularity.to_le_bytes())?;
    out.write_all(&[u8::from(song.explicit) | u8::from(song.premium) << 1])?;
    out.write_all(&(song.artists.len() as u32).to_le_bytes())?;
    for value in song.audio.all() {
        out.write_all(&value.unwrap_or(f32::NAN).to_le_bytes())?;
    }
    for artist in &song.artists {
        out.write_all(&artist.0.to_le_bytes())?;
    }
    text(out, &song.id)?;
    text(out, &song.title)
}

fn text(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(&(text.len() as u32).to_le_bytes())?;
    out.write_all(text.as_bytes())
}

/// Reads what was written, or nothing where it is not that.
struct Reader<R: Read>(BufReader<Summed<R>>);

impl<R: Read> Reader<R> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn f32(&mut self) -> Option<f32> {
        self.array().map(f32::from_le_bytes)
    }

    fn bytes(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.0.by_ref().take(length as u64).read_to_end(&mut bytes).ok()?;
        (bytes.len() == length).then_some(bytes)
    }

    fn text(&mut self) -> Option<CompactString> {
        let length = self.u32()? as usize;
        // Most are short, and need no memory on the way.
        let mut short = [0; 64];
        match short.get_mut(..length) {
            Some(short) => {
                self.0.read_exact(short).ok()?;
                CompactString::from_utf8(short).ok()
            }
            None => CompactString::from_utf8(self.bytes(length)?).ok(),
        }
    }

    fn song(&mut self) -> Option<Song> {
        let (genre, campaign, year) = (self.u16()?, self.u16()?, self.u16()?);
        let (duration_ms, popularity) = (self.u32()?, self.f32()?);
        let [flags] = self.array()?;
        let artists = self.u32()?;
        let mut audio = [None; AudioFeature::COUNT];
        for value in &mut audio {
            *value = Some(self.f32()?).filter(|value| !value.is_nan());
        }
        let artists: Vec<ArtistId> =
            (0..artists).map(|_| self.u32().map(ArtistId)).collect::<Option<_>>()?;
        Some(Song {
            id: self.text()?,
            title: self.text()?,
            artists: artists.into(),
            genre: GenreId(genre),
            year: Some(year).filter(|year| *year != u16::MAX),
            duration_ms,
            popularity,
            explicit: flags & 1 != 0,
            premium: flags & 2 != 0,
            campaign: Some(campaign).filter(|campaign| *campaign != u16::MAX).map(CampaignId),
            audio: Audio::from(audio),
        })
    }

    /// The sum of all bytes, at their end.
    fn sum(mut self) -> Option<[u8; SUM as usize]> {
        let at_end = self.0.read(&mut [0]).ok()? == 0;
        at_end.then(|| self.0.into_inner().sum.finalize().into())
    }
}

/// Sums up what goes through.
struct Summed<T> {
    inner: T,
    sum: Sha256,
}

impl<T> Summed<T> {
    fn of(inner: T) -> Self {
        Summed { inner, sum: Sha256::new() }
    }
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.sum.update(&buffer[..read]);
        Ok(read)
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::embedded::default_catalogue;

    #[test]
    fn whatever_byte_is_another_it_is_not_taken_for_the_catalogue() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        let catalogue = default_catalogue();
        let kinds = (catalogue.genres.len(), catalogue.campaigns.len());
        write(&path, &catalogue.hash, &catalogue.songs, &catalogue.artists).unwrap();
        let read = || read(&path, &catalogue.hash, kinds);
        let (songs, artists) = read().unwrap();
        assert_eq!((&*songs, &artists), (&*catalogue.songs, &catalogue.artists));
        assert_eq!(songs.by_id(), catalogue.songs.by_id());
        let good = std::fs::read(&path).unwrap();
        for place in
            (0..200).chain((200..good.len()).step_by(997)).chain(good.len() - 40..good.len())
        {
            for bit in [0, 7] {
                let mut bad = good.clone();
                bad[place] ^= 1 << bit;
                std::fs::write(&path, bad).unwrap();
                assert!(read().is_none(), "byte {place}");
            }
        }
        for length in [0, 10, 100, good.len() / 2, good.len() - 1] {
            std::fs::write(&path, &good[..length]).unwrap();
            assert!(read().is_none(), "{length} bytes");
        }
        std::fs::write(&path, [&good[..], b"more"].concat()).unwrap();
        assert!(read().is_none());
    }
}
