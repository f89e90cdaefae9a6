//! A minimal image, and a short sound.

/// A PNG image of one red pixel.
///
/// See [PNG](https://www.w3.org/TR/png-3/) and, for `IDAT`, [zlib](https://www.rfc-editor.org/rfc/rfc1950).
pub(crate) fn png() -> Vec<u8> {
    // Width and height, bit depth 8, color type RGB, and default compression, filter and interlace methods.
    let header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0];
    // One scanline: filter type none, red, green, blue.
    let line = [0, 0xff, 0, 0];
    // A zlib stream of one final stored block, which begins with its length and the length's complement.
    let mut data = vec![0x78, 0x01, 0x01, 4, 0, !4, !0];
    data.extend(line);
    data.extend(adler32(&line).to_be_bytes());
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in [(b"IHDR", &header[..]), (b"IDAT", &data), (b"IEND", &[])] {
        png.extend(length(content).to_be_bytes());
        let start = png.len();
        png.extend(name);
        png.extend(content);
        png.extend(crc32(&png[start..]).to_be_bytes());
    }
    png
}

/// A 400 Hz tone of 0.1 seconds, as WAV.
pub(crate) fn wav() -> Vec<u8> {
    const RATE: u32 = 8000;
    // One period of a triangle wave.
    let wave = (0..10).chain((1..=10).rev()).map(|step: u8| 78 + 10 * step);
    let samples: Vec<u8> = wave.cycle().take(RATE as usize / 10).collect();
    let mut format = Vec::new();
    // PCM, one channel.
    format.extend([1_u16, 1].map(u16::to_le_bytes).concat());
    // Sample rate and, with one byte per sample, the same byte rate.
    format.extend([RATE, RATE].map(u32::to_le_bytes).concat());
    // Bytes per frame, and bits per sample.
    format.extend([1_u16, 8].map(u16::to_le_bytes).concat());
    let mut content = b"WAVE".to_vec();
    content.extend(riff(*b"fmt ", &format));
    content.extend(riff(*b"data", &samples));
    riff(*b"RIFF", &content)
}

/// A chunk of a RIFF file. The content must have an even length.
fn riff(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    [&name, &length(content).to_le_bytes(), content].concat()
}

fn length(content: &[u8]) -> u32 {
    u32::try_from(content.len()).expect("the content is short")
}

fn crc32(bytes: &[u8]) -> u32 {
    let shift = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), shift))
}

fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::{adler32, crc32};

    #[test]
    fn checksums_match_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }
}
