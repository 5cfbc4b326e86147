/** What a page begins with: reads the data that is in it, and draws. */

import { Recording } from '../figures/recording.js';
import { beginPage } from './html.js';
import { Page } from './page.js';

void beginPage((main, bytes) => new Page(main, new Recording(bytes)).open());
