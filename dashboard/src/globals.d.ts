/* SPDX-License-Identifier: LGPL-2.1-or-later */
declare const __APP_VERSION__: string;
