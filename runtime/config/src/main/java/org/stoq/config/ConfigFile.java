package org.stoq.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads {@code stoq.toml} (TOML 1.0). */
public final class ConfigFile {
    /** Largest file that is read, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    private ConfigFile() {}

    /**
     * Reads and checks a file. Blocks.
     *
     * @throws ConfigException with everything that is wrong with the content
     * @throws IOException if the file cannot be read
     */
    public static StoqConfig read(Path file) throws IOException, ConfigException {
        String source = file.toString();
        byte[] bytes;
        try (var input = Files.newInputStream(file)) {
            bytes = input.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw unreadable(
                    source, "the file is over " + MAX_BYTES + " bytes", "is it the right one?");
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return parse(source, text);
        } catch (CharacterCodingException e) {
            throw unreadable(source, "the file is not UTF-8 text", "save it as UTF-8");
        }
    }

    /**
     * Reads and checks a text.
     *
     * @param source what to call it in messages
     * @throws ConfigException with everything that is wrong
     */
    public static StoqConfig parse(String source, String toml) throws ConfigException {
        return new TomlReading(source, toml).config();
    }

    private static ConfigException unreadable(String source, String message, String suggestion) {
        return new ConfigException(
                List.of(new ConfigFault(source, 0, 0, "", message, Optional.of(suggestion))));
    }
}
