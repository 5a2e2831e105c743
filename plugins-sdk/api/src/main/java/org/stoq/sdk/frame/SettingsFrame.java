package org.stoq.sdk.frame;

/**
 * SETTINGS: what a side can do and allows, or the acknowledgement that it was read.
 *
 * @param acknowledgement whether this answers the peer's settings
 * @param settings the settings; {@link Settings#DEFAULT} in an acknowledgement, which carries none
 */
public record SettingsFrame(boolean acknowledgement, Settings settings) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.SETTINGS;
    }
}
