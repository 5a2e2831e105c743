package org.stoq.cli.terminal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Shows control characters as question marks: what a node names or says must not move the cursor of
 * a person's terminal. Line ends and tabs pass. Belongs to one thread or lock.
 *
 * <p>Expects UTF-8: the controls of ISO 6429 above ASCII are the two bytes C2 80 to C2 9F there.
 */
final class PlainText extends FilterOutputStream {
    private static final int FIRST_OF_TWO = 0xC2;

    /** Whether the last byte was C2, which is not written before the next one is known. */
    private boolean held;

    PlainText(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int octet) throws IOException {
        int value = octet & 0xFF;
        if (held) {
            held = false;
            if (value >= 0x80 && value <= 0x9F) {
                out.write('?');
                return;
            }
            out.write(FIRST_OF_TWO);
        }
        if (value == FIRST_OF_TWO) {
            held = true;
        } else {
            boolean control = (value < 0x20 && value != '\n' && value != '\t') || value == 0x7F;
            out.write(control ? '?' : value);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int i = 0; i < length; i++) {
            write(bytes[offset + i]);
        }
    }
}
