package org.stoq.cli.replay;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.stoq.cli.CommandFailure;
import org.stoq.cli.ExitCode;

/** Opens a trace whatever its form: by its first bytes, not by its name. */
final class TraceFile {
    private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};
    private static final int LOOK_BYTES = 512;
    private static final int BUFFER_BYTES = 1 << 18;

    private TraceFile() {}

    /**
     * Opens a trace: lines if there are no control characters in its first bytes, else records of
     * {@code oracleGeneral}.
     *
     * @param readBytes is told how many bytes of the file were read, now and then
     */
    static TraceReader open(Path file, LongConsumer readBytes) throws IOException, CommandFailure {
        InputStream opened = buffered(new Counted(Files.newInputStream(file), readBytes));
        try {
            InputStream plain = opened;
            if (Arrays.equals(look(opened, ZSTD_MAGIC.length), ZSTD_MAGIC)) {
                plain = buffered(new ZstdInputStreamNoFinalizer(opened));
            }
            byte[] head = look(plain, LOOK_BYTES);
            if (head.length == 0) {
                throw invalid("the trace is empty", "");
            }
            return isText(head) ? new CsvTrace(plain) : new OracleTrace(plain);
        } catch (IOException | CommandFailure | RuntimeException e) {
            opened.close();
            throw damaged(e);
        }
    }

    /** Returns the failure of a trace that cannot be read. */
    static CommandFailure invalid(String message, String hint) {
        return new CommandFailure(ExitCode.FAILED, "TRACE_INVALID", message, hint);
    }

    /** Throws what was caught; where the compression is broken it says so. */
    static CommandFailure damaged(Exception caught) throws IOException {
        return switch (caught) {
            case CommandFailure failure -> failure;
            case ZstdIOException broken ->
                    invalid("the compressed trace is damaged: " + broken.getMessage(), "");
            case IOException io -> throw io;
            case RuntimeException defect -> throw defect;
            default -> throw new IllegalStateException(caught);
        };
    }

    private static InputStream buffered(InputStream in) {
        return new BufferedInputStream(in, BUFFER_BYTES);
    }

    private static byte[] look(InputStream in, int bytes) throws IOException {
        in.mark(bytes);
        byte[] head = in.readNBytes(bytes);
        in.reset();
        return head;
    }

    private static boolean isText(byte[] head) {
        for (byte octet : head) {
            boolean blank = octet == '\n' || octet == '\r' || octet == '\t';
            if (octet >= 0 && octet < ' ' && !blank) {
                return false;
            }
        }
        return true;
    }

    /** Counts what passes. */
    private static final class Counted extends FilterInputStream {
        private final LongConsumer readBytes;
        private long count;

        Counted(InputStream in, LongConsumer readBytes) {
            super(in);
            this.readBytes = readBytes;
        }

        @Override
        public int read() throws IOException {
            int octet = super.read();
            count(octet < 0 ? 0 : 1);
            return octet;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            count(Math.max(0, read));
            return read;
        }

        private void count(int read) {
            count += read;
            readBytes.accept(count);
        }
    }
}
