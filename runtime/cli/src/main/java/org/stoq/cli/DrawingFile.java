package org.stoq.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.stoq.bench.plot.Drawing;

/** Writes a drawing as its file's name asks for: an image if it ends with .png, else SVG. */
final class DrawingFile {
    private DrawingFile() {}

    static void write(Drawing drawing, Path file) throws IOException {
        if (file.toString().endsWith(".png")) {
            Files.write(file, drawing.png());
        } else {
            Files.writeString(file, drawing.svg());
        }
    }
}
