// Package film writes a match to a file: GIF, animated PNG (APNG), or MP4 through ffmpeg.
package film
