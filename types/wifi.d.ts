/**
 * ECMA-419 Wi-Fi interface, which the typings on npm (5.6.0) lack.
 *
 * Describes Moddable SDK 8.2.3, as far as the firmware uses it.
 */

declare module "embedded:network/interface/wifi" {
  export default class WiFi {
    constructor(options: { onChanged?(property: string): void });
    /** Throws when it is connecting already. */
    connect(options: { readonly SSID: string; readonly password?: string }): void;
    disconnect(): void;
    close(): void;
    /** 200: not connected, 300: connecting, 400: connected without an address, 500: with one. */
    readonly connection: number;
    readonly address: string | undefined;
    readonly MAC: string | undefined;
  }
}
