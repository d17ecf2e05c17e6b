/** Moddable's MQTT client as far as it is used here. */
declare module "moddable-mqtt-client" {
  export interface ModdableOptions {
    readonly host: string;
    readonly id: string;
    readonly socket: { readonly io: unknown };
    readonly dns: { readonly io: unknown };
    onReadable(this: ModdableClient, byteLength: number): void;
    onControl(message: { readonly operation: number }): void;
    onError(): void;
  }

  export class ModdableClient {
    static readonly PUBACK: number;
    constructor(options: ModdableOptions);
    write(data: Uint8Array, options: { readonly topic: string; readonly QoS: number }): number;
    read(): ArrayBuffer;
  }
}
